import type { MemoizedOptions } from '../options/memoized-options.js';
import { processCache } from '../cache/process-cache.js';
import { refuseStandard } from './legacy.js';
import { refuseWithoutParentheses } from './without-parentheses.js';

/** A decorator that the compiler accepts on methods only. */
type MemoizedDecorator = <Method extends (...args: never[]) => unknown>(
  target: object,
  name: string,
  descriptor: TypedPropertyDescriptor<Method>,
) => void;

/**
 * Caches the results of a method of a service by class, method and arguments. The method runs once for equal arguments, also for
 * concurrent calls. All objects of a class share the results: if a result depends on the object, write `makeCacheKey`.
 *
 * @throws CacheUsageError when the class is defined, if the decorated member is no method or an option is invalid
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
