import { isFunction, isSeconds, Validate } from './validate.js';
import { isVaryBy, type VaryBy } from './vary-by.js';
import type { Action } from './action.js';

/** A recorded response, as `responseFilter` sees it. */
export interface FilteredResponse {
  /** The HTTP status. */
  readonly status: number;
  /** The headers that the handler set, names in lower case. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** The bytes as they are sent: serialised, and not compressed by a middleware. */
  readonly body: Buffer;
}

/** The options of `@Cached` and `@CacheDefaults`, and what each must be. */
export class CachedOptionRules {
  /** Seconds a response stays fresh; 0: it never expires. Default: of the class, else `defaultTimeout`. */
  @Validate(isSeconds, 'a number of seconds, 0 or more', 'timeout: 60 for a minute')
  readonly timeout?: number;

  /**
   * What of the query string is in the key. Default: the parameters that the method declares, and no others; `true`: the whole
   * query string, in any order; `false`: none, refused where the method declares any.
   */
  @Validate(value => typeof value === 'boolean', 'true or false', 'queryString: true for the whole query string')
  readonly queryString?: boolean;

  /**
   * A further part of the key: a text that a function gives, or `{ headers, key }` with the request headers that it is made of, so that
   * `Vary` may name them. Default: none.
   */
  @Validate(
    isVaryBy,
    'a function of the action that gives a text',
    `varyBy: action => action.request.tenant, or varyBy: { headers: ['accept-language'] }`,
  )
  readonly varyBy?: VaryBy;

  /**
   * Replaces the derived key; invalidations still reach the entry by its path. That it tells callers apart is then the author's duty.
   * Default: the key is derived from what the method declares.
   */
  @Validate(
    isFunction,
    'a function of the action and the arguments that gives a text',
    'makeCacheKey: (action, args) => String(args[0])',
  )
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the array of the method's own arguments, which the author may type
  readonly makeCacheKey?: (action: Action, args: any) => string;

  /** True passes by the cache, both ways. Default: never. */
  @Validate(isFunction, 'a function of the action', 'unless: action => action.request.query.preview !== undefined')
  readonly unless?: (action: Action) => boolean | Promise<boolean>;

  /** True computes the response anew and stores it. Default: never. */
  @Validate(isFunction, 'a function of the action', 'forcedUpdate: action => action.request.query.refresh !== undefined')
  readonly forcedUpdate?: (action: Action) => boolean | Promise<boolean>;

  /** False answers with the response, but does not store it. Default: all that may be stored is. */
  @Validate(isFunction, 'a function of the response', 'responseFilter: ({ body }) => body.length > 2')
  readonly responseFilter?: (response: FilteredResponse) => boolean;

  /** The statuses that may be stored. Default `[200, 204]`. */
  @Validate(isStatuses, 'an array of HTTP statuses from 200 to 599', 'statuses: [200, 404]')
  readonly statuses?: readonly number[];

  /**
   * Names to invalidate by, beside the path: fixed, or made from what the method returned (`undefined` where it has answered through
   * `@Res()` before it returned). Default: none.
   */
  @Validate(
    value => isFunction(value) || isTags(value),
    'an array of names, or a function of the result and the action that gives one',
    `tags: ['users'], or tags: friends => friends.map(friend => \`user:\${friend.name}\`)`,
  )
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- of whatever type the method returns
  readonly tags?: readonly string[] | ((result: any, action: Action) => readonly string[]);

  /**
   * Seconds a browser may reuse the response without asking. 0: it asks each time, which an `ETag` makes a 304. An invalidation does
   * not reach what a browser holds. Default 0.
   */
  @Validate(isSeconds, 'a number of seconds, 0 or more', 'clientTimeout: 0')
  readonly clientTimeout?: number;

  /**
   * Seconds past its lifetime in which an expired response is still answered, while one request has it computed anew behind the answer
   * (RFC 5861 §3). Never after an invalidation. The response's own `Cache-Control` wins. Default 0.
   */
  @Validate(isSeconds, 'a number of seconds, 0 or more', 'staleWhileRevalidate: 30')
  readonly staleWhileRevalidate?: number;

  /**
   * Seconds past its lifetime in which an expired response is answered in place of a failure: a status of 500 or more (RFC 5861 §4).
   * Never after an invalidation. The response's own `Cache-Control` wins. Default 0.
   */
  @Validate(isSeconds, 'a number of seconds, 0 or more', 'staleIfError: 3600 for an hour')
  readonly staleIfError?: number;

  /**
   * True answers hits before Express, where the server is made of `cache.edge(app)`, with what went out on the wire before. That skips
   * all middlewares; refused where who asks may make a difference. Default false.
   */
  @Validate(value => typeof value === 'boolean', 'true or false', 'edge: true, and http.createServer(cache.edge(app))')
  readonly edge?: boolean;
}

/**
 * How an action's responses are cached. All is optional; `undefined` never overrides what a class or the configuration says.
 *
 * @interface
 */
export type CachedOptions = { readonly [Name in keyof CachedOptionRules]?: CachedOptionRules[Name] | undefined };

function isStatuses(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length > 0 && value.every(status => Number.isInteger(status) && status >= 200 && status <= 599)
  );
}

/** Whether it is a list of texts that are not empty. */
export function isTags(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every(tag => typeof tag === 'string' && tag !== '');
}
