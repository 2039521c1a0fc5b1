import { checkedTargets, tagMistake, wholePathMistake } from '../actions/target-errors.js';
import { prefixesBeforeWildcard } from '../keys/path-template.js';
import type { MemoizedClass, MemoizedMethods, MethodOf } from '../memoized/memoize.js';
import type { RuntimeHolder } from '../runtime/runtime-holder.js';
import type { ValueService } from '../values/value-service.js';
import { ValueCache } from './value-api.js';

/** The methods of the cache that invalidate. */
export class InvalidationCache extends ValueCache {
  readonly #current: RuntimeHolder;
  readonly #memoized: MemoizedMethods;

  constructor(values: ValueService, current: RuntimeHolder, memoized: MemoizedMethods) {
    super(values);
    this.#current = current;
    this.#memoized = memoized;
  }

  /**
   * Invalidates all entries at and below the paths, in whole segments: `/api/users/bob` covers `/api/users/bob?limit=5` and
   * `/api/users/bob/friends`, never `/api/users/bobby`. When the promise resolves, no request that starts later gets a stale
   * response. A segment `*` means every segment: `/api/users/*` is the same as `/api/users`.
   *
   * If a shared store is unreachable, `whenUnreachable` decides. `'continue'`: the promise resolves, and the library delivers the
   * invalidation as soon as it can. `'refuse'`: the promise waits for the delivery, for at most `collapseTimeout`. With the
   * simple store an invalidation reaches this process only.
   *
   * @param paths whole paths, as the client sees them: with the mount path of the app and its `routePrefix`
   * @throws CacheFault with `whenUnreachable: 'refuse'`, if the library could not deliver the invalidation in time
   * @throws CacheUsageError if a path does not begin with a slash, or has a query string or a `:name`
   *
   * @example
   * ```ts
   * await cache.invalidate('/api/users/bob');
   * ```
   */
  async invalidate(paths: string | readonly string[]): Promise<void> {
    const prefixes = checkedTargets('cache.invalidate', paths, wholePathMistake);
    await this.#current.invalidate({ prefixes: prefixes.flatMap(prefixesBeforeWildcard) }, 'cache.invalidate');
  }

  /**
   * Invalidates all entries that have one of the tags, with the same guarantees as `invalidate`.
   *
   * @throws CacheFault as `invalidate`
   * @throws CacheUsageError if a tag is no text, or the empty text
   *
   * @example
   * ```ts
   * await cache.invalidateTags('user:bob');
   * ```
   */
  async invalidateTags(tags: string | readonly string[]): Promise<void> {
    const checked = checkedTargets('cache.invalidateTags', tags, tagMistake);
    await this.#current.invalidate({ prefixes: [], tags: checked }, 'cache.invalidateTags');
  }

  /**
   * Invalidates stored results of a method with `@Memoized`, on the class and on its subclasses, with the same guarantees as
   * `invalidate`.
   *
   * @param args the arguments of the calls whose results are stale. Default: all calls of the method
   * @throws CacheFault as `invalidate`
   * @throws CacheUsageError if the class has no such method, or the arguments cannot be in a key
   *
   * @example
   * ```ts
   * class Rates {
   *   @Memoized() async of(currency: string) { return db.rate(currency); }
   * }
   * await cache.invalidateMemoized(Rates, 'of', ['usd']);
   * ```
   */
  async invalidateMemoized<Service extends MemoizedClass>(
    service: Service,
    method: MethodOf<Service>,
    args?: readonly unknown[],
  ): Promise<void> {
    await this.#current.invalidate(this.#memoized.targetsOf(service, method, args), 'cache.invalidateMemoized');
  }

  /** Invalidates everything: responses, values and memoized results. @throws CacheFault as `invalidate` */
  async clear(): Promise<void> {
    await this.#current.invalidate({ prefixes: ['/'] }, 'cache.clear');
  }
}
