import type { IncomingMessage } from 'node:http';
import { isFunction, MustBe } from '../config/must-be.js';

/** Who may look at the cache, and change it. */
export interface CacheInspectorOptions {
  /**
   * Whether who sends this request may see and invalidate. False, or a throw: 403. Default: only this machine may, asked by the name
   * `localhost` or its address, and not through a proxy.
   */
  authorize?(request: IncomingMessage): boolean | Promise<boolean>;
}

export class InspectorOptions implements CacheInspectorOptions {
  @MustBe(isFunction, 'a function', 'authorize: request => request.user?.isAdmin === true')
  authorize?: (request: IncomingMessage) => boolean | Promise<boolean>;
}
