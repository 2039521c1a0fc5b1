import type { CacheFault } from '../errors/cache-errors.js';
import type { OpenableStore, Store } from '../stores/store.js';
import { environment } from './environment.js';
import { isVaryBy, type VaryBy } from './vary-by.js';
import { isBoolean, isByteCount, isFunction, isName, isSeconds, Validate } from './validate.js';

const STORE_METHODS = ['lookup', 'lease', 'canShare', 'save', 'release', 'invalidate', 'size', 'close'] as const;

/**
 * The configuration of the process's one cache, with its defaults. Extend it, or hand `cache.configure` an object with some of its
 * options. Where an option is one of a few texts, write `as const`: `override store = 'null' as const`.
 *
 * @example
 * ```ts
 * class AppCache extends CacheConfig {
 *   override defaultTimeout = 60;
 *   override identify = (user: { email: string }) => user.email;
 * }
 * cache.configure(AppCache);
 * ```
 */
export class CacheConfig {
  /**
   * Where responses are kept: `'simple'`: memory of this process; `'null'`: nowhere; or a store. Default: what
   * `CACHE_TYPE` in the environment says (`simple`, `null`, `redis` with `CACHE_REDIS_URL`, `memcached` with `CACHE_MEMCACHED_SERVERS`), else `'simple'`.
   */
  @Validate(isStore, `'simple', 'null' or a store object`, `store: 'simple' for memory of this process`)
  store: 'simple' | 'null' | Store | OpenableStore = environment.store ?? 'simple';

  /** Seconds a response stays fresh where nothing else says so; 0: it never expires. Default: `CACHE_DEFAULT_TIMEOUT` in the environment, else 300. */
  @Validate(isSeconds, 'a number of seconds, 0 or more', 'defaultTimeout: 300 for five minutes')
  defaultTimeout = environment.defaultTimeout ?? 300;

  /** Bytes the simple store may hold, keys and bookkeeping included. Default 67108864 (64 MiB). */
  @Validate(isByteCount, 'a whole number of bytes, 1 or more', 'maxBytes: 67108864 for 64 MiB')
  maxBytes = 64 * 1024 * 1024;

  /** Bytes of the largest response body, value or memoized result to be kept. Larger responses pass through without being buffered whole. Default 1048576 (1 MiB). */
  @Validate(isByteCount, 'a whole number of bytes, 1 or more', 'maxEntryBytes: 1048576 for 1 MiB')
  maxEntryBytes = 1024 * 1024;

  /** The namespace in a shared store; nothing outside it is ever read or deleted. Default: `CACHE_KEY_PREFIX` in the environment, else `'rcc'`. */
  @Validate(isName, 'a text of 1 to 64 printable characters without spaces', `keyPrefix: 'rcc'`)
  keyPrefix = environment.keyPrefix ?? 'rcc';

  /** Part of every key: a deployment with another version starts with an empty cache. Default `''`. */
  @Validate(value => typeof value === 'string', 'a text', `version: '2'`)
  version = '';

  /**
   * Who a `@CurrentUser()` is: what tells one user from all others. A user for whom it gives neither text nor number passes by the
   * cache. Default: the user's `id`, or the user itself when it is a text or a number.
   */
  @Validate(isFunction, 'a function of the user', 'identify: user => user.email')
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the application's own type of user
  identify: (user: any) => string | number | bigint | undefined = idOf;

  /** A further part of every key, for what no controller declares: a tenant that a middleware has found. As in `@Cached`. Default: none. */
  @Validate(
    isVaryBy,
    'a function of the action that gives a text',
    `varyBy: action => action.request.tenant, or varyBy: { headers: ['accept-language'] }`,
  )
  varyBy?: VaryBy;

  /** The name in the `Cache-Status` header (RFC 9211); `false`: no such header. Default `'routing-controllers-cache'`. */
  @Validate(
    value => value === false || (typeof value === 'string' && /^[\x20-\x7e]+$/.test(value)),
    'a name in printable ASCII, or false',
    `cacheStatus: 'api-cache', or cacheStatus: false for no header`,
  )
  cacheStatus: string | false = 'routing-controllers-cache';

  /** Seconds a request waits for another that computes the same; then it computes itself. 0: it never waits. Default 10. */
  @Validate(isTimerSeconds, 'a number of seconds from 0 to 2000000', 'collapseTimeout: 10')
  collapseTimeout = 10;

  /** Seconds one operation of a shared store may take before it counts as failed. Default 0.25. */
  @Validate(
    value => isTimerSeconds(value) && value !== 0,
    'a number of seconds, more than 0 and at most 2000000',
    'storeTimeout: 0.25',
  )
  storeTimeout = 0.25;

  /**
   * A change while a shared store cannot be reached. `'continue'`: it is made, and its invalidation is tried again until it is
   * delivered; meanwhile other processes may answer from before. `'refuse'`: 503 with `Retry-After` before the method runs; and where
   * the store is lost while the method runs, the response is held back until the invalidation is delivered, at most
   * `collapseTimeout`, then 503: the change may have happened. Default `'continue'`.
   */
  @Validate(
    value => value === 'continue' || value === 'refuse',
    `'continue' or 'refuse'`,
    `whenUnreachable: 'refuse' where nothing stale may ever be served`,
  )
  whenUnreachable: 'continue' | 'refuse' = 'continue';

  /** `false`: every request and every memoized call passes by the cache, and no value is kept or found. Default `true`. */
  @Validate(isBoolean, 'true or false', 'enabled: false for a cache that is off')
  enabled = true;

  /** Told of faults that were survived. Default: one process warning (`CacheWarning`) per kind of fault. */
  @Validate(isFunction, 'a function of the error', 'onError: error => logger.warn(error)')
  onError?: (error: CacheFault) => void;
}

/**
 * Some options of the configuration.
 *
 * @interface
 */
export type CacheOptions = { -readonly [Name in keyof CacheConfig]?: CacheConfig[Name] | undefined };

function isStore(value: unknown): boolean {
  if (value === 'simple' || value === 'null') return true;
  if (typeof value !== 'object' || value === null) return false;
  return (
    isFunction((value as Partial<OpenableStore>).open) || STORE_METHODS.every(name => isFunction((value as Partial<Store>)[name]))
  );
}

/** Timers count milliseconds in 31 bits. */
function isTimerSeconds(value: unknown): boolean {
  return isSeconds(value) && (value as number) <= 2_000_000;
}

function idOf(user: unknown): string | number | bigint | undefined {
  if (typeof user === 'string' || typeof user === 'number') return user;
  return (user as { id?: string | number }).id;
}
