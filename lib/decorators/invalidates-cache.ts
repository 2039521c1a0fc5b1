import { processCache } from '../cache/process-cache.js';
import { refuseStandard } from './legacy.js';
import type { InvalidationTarget } from '../options/invalidation-target.js';
import { refuseWithoutParentheses } from './without-parentheses.js';

/**
 * Invalidates what an action makes out of date: after its method has succeeded, and before the client can see the response. Where the
 * method throws an `HttpError` below 500 nothing has changed, and nothing is invalidated; anything else that it throws invalidates.
 *
 * @param target path prefixes in whole segments, relative to the app's `routePrefix`, with `:name` filled from the route's
 * parameters; or a function that gives them. Default: the path of the request itself (RFC 9111 §4.4)
 * @throws CacheUsageError when the server is created, where the target cannot work
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
