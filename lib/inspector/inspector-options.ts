import type { IncomingMessage } from 'node:http';
import { isFunction, Validate } from '../options/validate.js';

/** Who may look at the cache, and change it. */
export interface CacheInspectorOptions {
  /**
   * Whether who sends this request may see and invalidate. False, or a throw: 403. Default: only this machine may, asked by the name
   * `localhost` or its address, not through a proxy, and with the `token`.
   */
  authorize?(request: IncomingMessage): boolean | Promise<boolean>;
  /**
   * What is asked for without `authorize`, after the address of the page: `?token=…`. At least 16 characters. Default: random, and
   * printed to the standard error output when the inspector is made.
   */
  token?: string;
  /** Where the page is, so that what is printed is a whole link: `http://localhost:3000/cache/`. Default: only `?token=…` is printed. */
  url?: string;
}

export class InspectorOptions implements CacheInspectorOptions {
  @Validate(isFunction, 'a function', 'authorize: request => request.user?.isAdmin === true')
  authorize?: (request: IncomingMessage) => boolean | Promise<boolean>;

  @Validate(
    value => typeof value === 'string' && value.length >= 16,
    'a text of 16 characters or more',
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
