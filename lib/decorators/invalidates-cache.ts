import { processCache } from '../cache/process-cache.js';
import { refuseStandard } from './legacy.js';
import type { InvalidationOptions, InvalidationTarget } from '../options/invalidation-target.js';
import { refuseWithoutParentheses } from './without-parentheses.js';

/**
 * Invalidates the responses that an action makes stale, after its method has succeeded and before the client sees the response.
 * If the method throws an `HttpError` below 500, the cache assumes no change and invalidates nothing. Any other error
 * invalidates.
 *
 * On an asynchronous method of any other class, such as a service, it makes each call a change, as `cache.changing` does: with whole
 * paths, tags, or a function of `{ args, result }`. A synchronous method needs a store in the memory of the process.
 *
 * @param target path prefixes in whole segments, relative to the `routePrefix` of the app, with `:name` filled from the
 * parameters of the route; or a function that returns them. Default: the path of the request (RFC 9111 §4.4)
 * @param options `settle`: seconds after the change in which the responses that it covers are computed and not stored
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
export function InvalidatesCache(target?: InvalidationTarget, options?: InvalidationOptions): MethodDecorator;
export function InvalidatesCache(...applied: [target?: InvalidationTarget, options?: InvalidationOptions]): MethodDecorator {
  refuseWithoutParentheses('InvalidatesCache', applied);
  const [target, options] = applied;
  return (subject, method, descriptor) => {
    refuseStandard('@InvalidatesCache', method);
    const { registry, startUp, invalidatingMethods } = processCache;
    invalidatingMethods.decorate(subject, String(method), descriptor, { target, options });
    // No action is static.
    if (typeof subject === 'function') return;
    registry.addInvalidation(subject.constructor, String(method), { target, options });
    startUp.registerClass(subject.constructor);
  };
}
