import { checkedTargets, tagMistake, wholePathMistake } from '../actions/target-errors.js';
import { prefixesBeforeWildcard } from '../keys/path-template.js';
import type { MemoizedClass, MemoizedMethods, MethodOf } from '../memoized/memoize.js';
import type { ChangeTarget, InvalidationOptions } from '../options/invalidation-target.js';
import type { RuntimeHolder } from '../runtime/runtime-holder.js';
import type { Targets } from '../stores/store.js';
import type { ValueService } from '../values/value-service.js';
import type { Changes } from '../writes/changes.js';
import { checkedChange } from '../writes/checked-change.js';
import { wholeTargets } from '../writes/whole-targets.js';
import { ValueCache } from './value-api.js';

const CHANGING = 'cache.changing';

/** The parts that the invalidating methods use. */
export interface InvalidationParts {
  readonly values: ValueService;
  readonly current: RuntimeHolder;
  readonly memoized: MemoizedMethods;
  readonly changes: Changes;
}

/** The methods of the cache that invalidate. */
export class InvalidationCache extends ValueCache {
  readonly #current: RuntimeHolder;
  readonly #memoized: MemoizedMethods;
  readonly #changes: Changes;

  constructor({ values, current, memoized, changes }: InvalidationParts) {
    super(values);
    this.#current = current;
    this.#memoized = memoized;
    this.#changes = changes;
  }

  /**
   * Runs work that changes data, from anywhere: a service, the consumer of a queue, a job. Before the work the change is declared, so
   * that nothing computed meanwhile is stored. When the promise resolves, the entries that the target covers are invalidated. If
   * the work throws, they are invalidated too, unless the error is an `HttpError` below 500.
   *
   * A change within a change joins the outermost one: its targets are invalidated at its end, and again when the outermost one ends.
   *
   * @param target whole paths, `{ paths, tags }`, or a function of `{ result }` that returns them
   * @param work the work; it may return a promise
   * @param options `settle`: seconds after the change in which the responses that it covers are computed and not stored
   * @returns the result of the work
   * @throws CacheUsageError if an argument is invalid; the work does not run
   * @throws CacheFault with `whenUnreachable: 'refuse'`, if the invalidation could not be delivered in time; the work has run
   *
   * @example
   * ```ts
   * await cache.changing({ paths: '/api/users/bob', tags: 'user:bob' }, () => db.changeAvatar('bob', 'dog.png'), { settle: 2 });
   * ```
   */
  async changing<Result>(
    target: ChangeTarget<Result>,
    work: () => Result | PromiseLike<Result>,
    options?: InvalidationOptions,
  ): Promise<Result> {
    const { settle = this.#current.get().config.settle } = checkedChange(target, work, options);
    const targetsOf = (result: unknown): Targets =>
      wholeTargets(CHANGING, typeof target === 'function' ? target({ result: result as Result | undefined }) : target);
    return this.#changes.run({ label: CHANGING, settleMs: settle * 1000, targets: [targetsOf] }, work);
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
