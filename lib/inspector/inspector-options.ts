import type { IncomingMessage } from 'node:http';
import { isFunction, Validate } from '../options/validate.js';

/** The options of the inspector: they decide who may see the cache and invalidate entries. */
export interface CacheInspectorOptions {
  /**
   * Returns true if the sender of the request may see the cache and invalidate entries. If it returns false or throws, the answer is 403.
   * Default: only requests from this machine may, to `localhost` or its address, without a proxy, and with the `token`.
   */
  authorize?(request: IncomingMessage): boolean | Promise<boolean>;
  /**
   * The token that the URL of the page must contain if `authorize` is not set: `?token=…`. At least 16 characters. Default: a random
   * token, which the inspector prints to the standard error output when it is created.
   */
  token?: string;
  /** The URL of the page, for the printed link: `http://localhost:3000/cache/`. Default: the inspector prints only `?token=…`. */
  url?: string;
}

export class InspectorOptions implements CacheInspectorOptions {
  @Validate(isFunction, 'a function', 'authorize: request => request.user?.isAdmin === true')
  authorize?: (request: IncomingMessage) => boolean | Promise<boolean>;

  @Validate(
    value => typeof value === 'string' && value.length >= 16,
    'a string of 16 characters or more',
    'token: process.env.TOKEN',
  )
  token?: string;

  @Validate(
    value => typeof value === 'string' && /^https?:/.test(value) && URL.canParse(value),
    'an http:// or https:// URL',
    `url: 'http://localhost:3000/cache/'`,
  )
  url?: string;
}
