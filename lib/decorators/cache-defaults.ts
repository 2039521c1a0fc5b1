import { processCache } from '../cache/process-cache.js';
import { refuseStandard } from './legacy.js';
import type { CachedOptions } from '../options/cached-options.js';
import { refuseWithoutParentheses } from './without-parentheses.js';

/**
 * Options for every `@Cached` method of a controller, and of those that extend it. It caches nothing by itself.
 *
 * @throws CacheUsageError when the server is created, where an option is wrong
 *
 * @example
 * ```ts
 * @JsonController('/users')
 * @CacheDefaults({ timeout: 600 })
 * export class UsersController {}
 * ```
 */
export function CacheDefaults(options: CachedOptions): ClassDecorator {
  refuseWithoutParentheses('CacheDefaults', [options]);
  return (controller, ...context: unknown[]) => {
    refuseStandard('@CacheDefaults', context[0]);
    processCache.registry.addDefaults(controller, options);
    processCache.startUp.registerClass(controller);
  };
}
