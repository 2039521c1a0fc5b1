import { isFunction, isSeconds, Validate } from './validate.js';
import { isVaryBy, type VaryBy } from './vary-by.js';
import { VERIFY, type VerifyOptions } from './verify-options.js';
import type { Action } from './action.js';

/** A recorded response, the argument of `responseFilter`. */
export interface FilteredResponse {
  /** The HTTP status. */
  readonly status: number;
  /** The headers that the handler set. Their names are in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** The serialised body, before a middleware compresses it. */
  readonly body: Buffer;
}

/** The value of `tags` for the tables and rows that a computation reads. */
export const DERIVED = 'derived';

/** The options of `@Cached` and `@CacheDefaults`, each with its check. */
export class CachedOptionRules {
  /**
   * Seconds that a response stays fresh. 0: the response never expires.
   *
   * @default the `timeout` of the class, then `defaultTimeout`
   */
  @Validate(isSeconds, 'a number of seconds, 0 or more', 'timeout: 60 for a minute')
  readonly timeout?: number;

  /**
   * The part of the query string that is in the key. `true`: the whole query string, in any order. `false`: no query; the server
   * refuses to start if the method declares a query parameter.
   *
   * @default only the query parameters that the method declares
   */
  @Validate(value => typeof value === 'boolean', 'true or false', 'queryString: true for the whole query string')
  readonly queryString?: boolean;

  /**
   * A further part of the key: a function that returns a text, or `{ headers, key }`. `headers` names the request headers that
   * `key` reads, so a response may name them in `Vary`. If `key` is missing, the values of these headers are the part of the key.
   *
   * @default none
   */
  @Validate(
    isVaryBy,
    'a function of the action that returns a string',
    `varyBy: action => action.request.tenant, or varyBy: { headers: ['accept-language'] }`,
  )
  readonly varyBy?: VaryBy;

  /**
   * Returns a text that replaces the derived key. Invalidations still reach the entry by its path. The text must differ between
   * callers who may see different responses: the library does not check this.
   *
   * @default a key from the parameters that the method declares
   */
  @Validate(
    isFunction,
    'a function of the action and the arguments that returns a string',
    'makeCacheKey: (action, args) => String(args[0])',
  )
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the array of the method's own arguments, which the author may type
  readonly makeCacheKey?: (action: Action, args: any) => string;

  /**
   * If true, the request bypasses the cache: the method runs, and the cache stores nothing.
   *
   * @default none
   */
  @Validate(isFunction, 'a function of the action', 'unless: action => action.request.query.preview !== undefined')
  readonly unless?: (action: Action) => boolean | Promise<boolean>;

  /**
   * If true, the method runs, and the new response replaces the stored one.
   *
   * @default none
   */
  @Validate(isFunction, 'a function of the action', 'forcedUpdate: action => action.request.query.refresh !== undefined')
  readonly forcedUpdate?: (action: Action) => boolean | Promise<boolean>;

  /**
   * If false, the client gets the response, but the cache does not store it. If the function throws, the cache does not store the
   * response either.
   *
   * @default none
   */
  @Validate(isFunction, 'a function of the response', 'responseFilter: ({ body }) => body.length > 2')
  readonly responseFilter?: (response: FilteredResponse) => boolean;

  /**
   * The HTTP statuses that the cache may store, from 200 to 599. A listed status below 500 may also come from an `HttpError` that
   * the method throws, if the error handler of routing-controllers answers it.
   *
   * @default [200, 204]
   */
  @Validate(isStatuses, 'an array of HTTP statuses from 200 to 599', 'statuses: [200, 404]')
  readonly statuses?: readonly number[];

  /**
   * Names for `cache.invalidateTags`, in addition to the path: an array, or a function of the result of the method. The result is
   * `undefined` if the method answered through `@Res()` before it returned. `'derived'`: the tables and rows that the method reads through
   * a data source of `followEntities`. If the library cannot follow a read, the response is not stored.
   *
   * @default none
   */
  @Validate(
    value => isFunction(value) || isTags(value) || value === DERIVED,
    `an array of names, a function of the result and the action that returns one, or '${DERIVED}'`,
    `tags: ['users'], or tags: friends => friends.map(friend => \`user:\${friend.name}\`)`,
  )
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the type that the method returns
  readonly tags?: readonly string[] | 'derived' | ((result: any, action: Action) => readonly string[]);

  /**
   * Seconds that a browser, or another cache, may use the response without a request. 0 sends `Cache-Control: no-cache`: the
   * browser asks each time, and an `ETag` makes the answer a 304. An invalidation never reaches a browser.
   *
   * @default 0
   */
  @Validate(isSeconds, 'a number of seconds, 0 or more', 'clientTimeout: 0')
  readonly clientTimeout?: number;

  /**
   * Seconds past its lifetime in which the cache serves an expired response, while one request refreshes it in the background
   * (RFC 5861 §3). The cache never serves an invalidated response. The `Cache-Control` header of the response overrides this
   * option.
   *
   * @default 0
   */
  @Validate(isSeconds, 'a number of seconds, 0 or more', 'staleWhileRevalidate: 30')
  readonly staleWhileRevalidate?: number;

  /**
   * Seconds past its lifetime in which the cache serves an expired response in place of a failure: a status of 500 or more
   * (RFC 5861 §4). The cache never serves an invalidated response. The `Cache-Control` header of the response overrides this
   * option.
   *
   * @default 0
   */
  @Validate(isSeconds, 'a number of seconds, 0 or more', 'staleIfError: 3600 for an hour')
  readonly staleIfError?: number;

  /**
   * If true, a server of `cache.edge(app)` answers hits before Express, with the bytes that it sent before. Such a hit skips all
   * middlewares. The server refuses to start if the response may depend on the caller.
   *
   * @default false
   */
  @Validate(value => typeof value === 'boolean', 'true or false', 'edge: true, and http.createServer(cache.edge(app))')
  readonly edge?: boolean;

  /**
   * Options of the verification of hits that differ from those of the configuration. `false`: hits are not verified, for a method that
   * must not run without its client. Without `verify` in the configuration the option has no effect.
   *
   * @default the `verify` of the configuration
   */
  @Validate(...VERIFY)
  readonly verify?: false | VerifyOptions;
}

/**
 * The options of `@Cached` and `@CacheDefaults`. All are optional. `undefined` never overrides an option of a class or of the
 * configuration.
 *
 * @interface
 */
export type CachedOptions = { readonly [Name in keyof CachedOptionRules]?: CachedOptionRules[Name] | undefined };

function isStatuses(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length > 0 && value.every(status => Number.isInteger(status) && status >= 200 && status <= 599)
  );
}

/** True if the value is an array of texts that are not empty. */
export function isTags(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(tag => typeof tag === 'string' && tag !== '');
}
