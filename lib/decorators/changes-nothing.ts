import { processCache } from '../cache/process-cache.js';
import { refuseStandard } from './legacy.js';
import { refuseWithoutParentheses } from './without-parentheses.js';

/**
 * Exempts a method from the findings of `cache.audit()` that ask for an invalidation. It has no effect on requests.
 *
 * - On a POST, PUT, PATCH or DELETE action: the action itself changes no cached data, or the services that it calls declare their
 *   changes. The audit has no `CHANGE_UNDECLARED` for it.
 * - On a `@Cached` action: no action changes its data, as for a list of countries, or code invalidates it. The audit has no
 *   `NEVER_INVALIDATED` for it.
 *
 * @throws CacheUsageError when the server is created, or at the first call of a service, if the method has `@InvalidatesCache` too
 *
 * @example
 * ```ts
 * @Post('/search')
 * @ChangesNothing()
 * search(@Body() query: { name: string }) {
 *   return this.users.search(query);
 * }
 * ```
 */
export function ChangesNothing(): MethodDecorator;
export function ChangesNothing(...applied: unknown[]): MethodDecorator {
  refuseWithoutParentheses('ChangesNothing', applied);
  return (target, method) => {
    refuseStandard('@ChangesNothing', method);
    processCache.registry.addExemption(target, String(method));
    if (typeof target !== 'function') processCache.startUp.registerClass(target.constructor);
  };
}
