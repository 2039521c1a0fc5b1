import { processCache } from '../cache/process-cache.js';
import { refuseStandard } from './legacy.js';
import type { CachedOptions } from '../options/cached-options.js';
import { refuseWithoutParentheses } from './without-parentheses.js';

/**
 * Caches the responses of a `@Get` action. The parameters that the method declares are in the key. A hit runs the middlewares,
 * authorization, conversion and validation, and skips the method, its interceptors and the serialisation. A direct call of the
 * method runs it without the cache.
 *
 * @throws CacheUsageError when the server is created, if the method is no `@Get` action or an option is invalid
 *
 * @example
 * ```ts
 * @Get('/:username/friends')
 * @Cached({ timeout: 60 })
 * friends(@Param('username') username: string, @QueryParam('limit') limit: number) {
 *   return this.users.friendsOf(username, limit);
 * }
 * ```
 */
export function Cached(options?: CachedOptions): MethodDecorator;
export function Cached(...applied: [options?: CachedOptions, ...others: unknown[]]): MethodDecorator {
  refuseWithoutParentheses('Cached', applied);
  const [options = {}] = applied;
  return (prototype, method) => {
    refuseStandard('@Cached', method);
    processCache.registry.addCached(prototype.constructor, String(method), options);
    processCache.startUp.registerClass(prototype.constructor);
  };
}
