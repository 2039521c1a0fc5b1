import type { MemoizedOptions } from '../options/memoized-options.js';
import { processCache } from '../cache/process-cache.js';
import { refuseWithoutParentheses } from './without-parentheses.js';

/** Takes methods only. */
type MemoizedDecorator = <Method extends (...args: never[]) => unknown>(
  target: object,
  name: string,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;
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
export function Memoized(options?: MemoizedOptions): MemoizedDecorator;
export function Memoized(...applied: [options?: MemoizedOptions, ...others: unknown[]]): MemoizedDecorator {
  refuseWithoutParentheses('Memoized', applied);
  const [options = {}] = applied;
  return (target, name, descriptor) => {
    refuseStandard('@Memoized', name);
    processCache.memoized.decorate(target, name, descriptor, options);
  };
}
