import type { MemoizedOptions } from '../config/memoized-options.js';
import { processCache } from '../process-cache.js';
import { refuseStandard } from './legacy.js';

/**
 * Keeps the results of a service's method by class, method and arguments, so that it runs once for equal arguments, also where calls
 * come at once. All objects of a class share them: where a result depends on the object, write `makeCacheKey`.
 *
 * @throws CacheUsageError when the class is defined, where it stands on no method or its options are wrong
 *
 * @example
 * ```ts
 * class Rates {
 *   @Memoized({ timeout: 3600, tags: ['rates'] })
 *   async of(currency: string): Promise<number> {
 *     return db.rate(currency);
 *   }
 * }
 * ```
 */
export function Memoized(options: MemoizedOptions = {}) {
  return <Method extends (...args: never[]) => unknown>(
    target: object,
    name: string,
    descriptor: TypedPropertyDescriptor<Method>,
  ): void => {
    refuseStandard('@Memoized', name);
    processCache.memoized.decorate(target, name, descriptor, options);
  };
}
