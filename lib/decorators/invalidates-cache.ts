import { processCache } from '../cache/process-cache.js';
import { refuseStandard } from './legacy.js';
import type { InvalidationTarget } from '../options/invalidation-target.js';
import { refuseWithoutParentheses } from './without-parentheses.js';

/**
 * Invalidates the responses that an action makes stale, after its method has succeeded and before the client sees the response.
 * If the method throws an `HttpError` below 500, the cache assumes no change and invalidates nothing. Any other error
 * invalidates.
 *
 * @param target path prefixes in whole segments, relative to the `routePrefix` of the app, with `:name` filled from the
 * parameters of the route; or a function that returns them. Default: the path of the request (RFC 9111 §4.4)
 * @throws CacheUsageError when the server is created, if the target cannot work
 *
 * @example
 * ```ts
 * @Put('/:username/avatar')
 * @InvalidatesCache('/users/:username')
 * changeAvatar(@Param('username') username: string, @Body() avatar: Avatar) {
 *   return this.users.changeAvatar(username, avatar.url);
 * }
 * ```
 */
export function InvalidatesCache(target?: InvalidationTarget): MethodDecorator;
export function InvalidatesCache(...applied: [target?: InvalidationTarget, ...others: unknown[]]): MethodDecorator {
  refuseWithoutParentheses('InvalidatesCache', applied);
  const [target] = applied;
  return (prototype, method) => {
    refuseStandard('@InvalidatesCache', method);
    processCache.registry.addInvalidation(prototype.constructor, String(method), target);
    processCache.startUp.registerClass(prototype.constructor);
  };
}
