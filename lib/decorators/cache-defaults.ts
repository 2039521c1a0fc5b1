import { processCache } from '../cache/process-cache.js';
import { refuseStandard } from './legacy.js';
import type { CacheDefaultsOptions } from '../options/cache-defaults-options.js';
import { refuseWithoutParentheses } from './without-parentheses.js';

/**
 * Sets options for every `@Cached` and `@InvalidatesCache` method of a class and of its subclasses. This decorator alone caches nothing.
 *
 * @throws CacheUsageError when the server is created, if an option is invalid
 *
 * @example
 * ```ts
 * @JsonController('/users')
 * @CacheDefaults({ timeout: 600 })
 * export class UsersController {}
 * ```
 */
export function CacheDefaults(options: CacheDefaultsOptions): ClassDecorator {
  refuseWithoutParentheses('CacheDefaults', [options]);
  return (controller, ...context: unknown[]) => {
    refuseStandard('@CacheDefaults', context[0]);
    processCache.registry.addDefaults(controller, options);
    processCache.startUp.registerClass(controller);
  };
}
