import type { CacheFault } from '../errors/cache-errors.js';
import type { OpenableStore, Store } from '../stores/store.js';
import { environment } from './environment.js';
import { isStore, isTimerSeconds } from './config-checks.js';
import { SETTLE } from './invalidation-target.js';
import { isVaryBy, type VaryBy } from './vary-by.js';
import { VERIFY, type VerifyOptions } from './verify-options.js';
import { isBoolean, isByteCount, isFunction, isName, isSeconds, Validate } from './validate.js';

/**
 * The configuration of the one cache of this process, with its defaults. Extend this class, or pass `cache.configure` an object
 * with some of the options. If an option is one of a few texts, write `as const` in a class: `override store = 'null' as const`.
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
   * The store of responses, values and memoized results. `'simple'` is the memory of this process, `'null'` stores nothing. Any
   * other store is an object. The environment variable `CACHE_TYPE` sets the default: `simple`, `null`, `redis` (with
   * `CACHE_REDIS_URL`) or `memcached` (with `CACHE_MEMCACHED_SERVERS`).
   *
   * @default 'simple'
   */
  @Validate(isStore, `'simple', 'null' or a store object`, `store: 'simple' for memory of this process`)
  store: 'simple' | 'null' | Store | OpenableStore = environment.store ?? 'simple';

  /**
   * Seconds that a response, a value or a result stays fresh if no other option or header sets its lifetime. 0: the entry never
   * expires. The environment variable `CACHE_DEFAULT_TIMEOUT` sets the default.
   *
   * @default 300
   */
  @Validate(isSeconds, 'a number of seconds, 0 or more', 'defaultTimeout: 300 for five minutes')
  defaultTimeout = environment.defaultTimeout ?? 300;

  /**
   * The maximum size of the simple store in bytes, with its keys and bookkeeping. The store evicts the least recently used entry
   * first.
   *
   * @default 67108864 (64 MiB)
   */
  @Validate(isByteCount, 'a whole number of bytes, 1 or more', 'maxBytes: 67108864 for 64 MiB')
  maxBytes = 64 * 1024 * 1024;

  /**
   * The maximum size in bytes of a stored response body, value or memoized result. A larger response passes through unstored, and
   * the cache does not buffer all of it.
   *
   * @default 1048576 (1 MiB)
   */
  @Validate(isByteCount, 'a whole number of bytes, 1 or more', 'maxEntryBytes: 1048576 for 1 MiB')
  maxEntryBytes = 1024 * 1024;

  /**
   * The namespace in a shared store. The library reads and deletes nothing outside this namespace. The environment variable
   * `CACHE_KEY_PREFIX` sets the default.
   *
   * @default 'rcc'
   */
  @Validate(isName, 'a string of 1 to 64 printable characters without spaces', `keyPrefix: 'rcc'`)
  keyPrefix = environment.keyPrefix ?? 'rcc';

  /**
   * A part of every key. A deployment with a new version starts with an empty cache.
   *
   * @default ''
   */
  @Validate(value => typeof value === 'string', 'a text', `version: '2'`)
  version = '';

  /**
   * Returns the identity of a `@CurrentUser()`, which must differ between users. If the function returns neither a text nor a
   * number, the request bypasses the cache.
   *
   * @default the `id` of the user; or the user, if the user is a text or a number
   */
  @Validate(isFunction, 'a function of the user', 'identify: user => user.email')
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the application's own type of user
  identify: (user: any) => string | number | bigint | undefined = idOf;

  /**
   * A further part of every key, for an input that no controller declares: for example the tenant that a middleware finds.
   * `@Cached` has the same option.
   *
   * @default none
   */
  @Validate(
    isVaryBy,
    'a function of the action that returns a string',
    `varyBy: action => action.request.tenant, or varyBy: { headers: ['accept-language'] }`,
  )
  varyBy?: VaryBy;

  /**
   * The name of this cache in the `Cache-Status` header (RFC 9211). `false`: the cache sends no such header.
   *
   * @default 'routing-controllers-cache'
   */
  @Validate(
    value => value === false || (typeof value === 'string' && /^[\x20-\x7e]+$/.test(value)),
    'a name in printable ASCII, or false',
    `cacheStatus: 'api-cache', or cacheStatus: false for no header`,
  )
  cacheStatus: string | false = 'routing-controllers-cache';

  /**
   * Seconds that a request waits for another request that computes the same response. After that it computes the response too. 0:
   * a request never waits.
   *
   * @default 10
   */
  @Validate(isTimerSeconds, 'a number of seconds from 0 to 2000000', 'collapseTimeout: 10')
  collapseTimeout = 10;

  /**
   * Seconds that a shared store may take to reply to one command before the operation counts as failed. The time in which this process
   * is busy does not count.
   *
   * @default 0.25
   */
  @Validate(
    value => isTimerSeconds(value) && value !== 0,
    'a number of seconds, more than 0 and at most 2000000',
    'storeTimeout: 0.25',
  )
  storeTimeout = 0.25;

  /**
   * The handling of a change while a shared store is unreachable.
   *
   * - `'continue'`: the method runs, and the library retries the invalidation until it is delivered. Until then other processes
   *   may serve stale responses.
   * - `'refuse'`: the client gets 503 with `Retry-After`, and the method does not run. If the connection to the store ends while
   *   the method runs, the library delays the response until the invalidation is delivered, for at most `collapseTimeout`. After
   *   that the client gets 503, although the data may have changed.
   *
   * @default 'continue'
   */
  @Validate(
    value => value === 'continue' || value === 'refuse',
    `'continue' or 'refuse'`,
    `whenUnreachable: 'refuse' where nothing stale may ever be served`,
  )
  whenUnreachable: 'continue' | 'refuse' = 'continue';

  /**
   * Seconds after a change in which the responses that it covers are computed and not stored, for replicas and indexes that lag.
   *
   * @default 0
   */
  @Validate(...SETTLE)
  settle = 0;

  /**
   * Verifies a share of the hits: behind the answer the method runs again, and the cache compares. `onError` and the event `verified`
   * report stale entries. An action may refine or refuse it. `false`: no hit is verified.
   *
   * @default false
   */
  @Validate(...VERIFY)
  verify: false | VerifyOptions = false;

  /**
   * `false`: every request and every memoized call bypasses the cache, and the cache neither stores nor finds values.
   *
   * @default true
   */
  @Validate(isBoolean, 'true or false', 'enabled: false for a cache that is off')
  enabled = true;

  /**
   * Gets each fault that the cache survived.
   *
   * @default one process warning (`CacheWarning`) for each kind of fault
   */
  @Validate(isFunction, 'a function of the error', 'onError: error => logger.warn(error)')
  onError?: (error: CacheFault) => void;
}

/**
 * A part of the configuration. `undefined` never overrides a default.
 *
 * @interface
 */
export type CacheOptions = { -readonly [Name in keyof CacheConfig]?: CacheConfig[Name] | undefined };

function idOf(user: unknown): string | number | bigint | undefined {
  if (typeof user === 'string' || typeof user === 'number') return user;
  return (user as { id?: string | number }).id;
}
