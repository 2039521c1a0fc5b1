import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { Edge } from '../edge/edge.js';
import { formatValue } from '../errors/format-value.js';
import type { CacheConfigSource } from '../options/resolve-config.js';
import { checkedTargets, tagMistake, wholePathMistake } from '../actions/target-errors.js';
import { CacheUsageError } from '../errors/cache-errors.js';
import { prefixesBeforeWildcard } from '../keys/path-template.js';
import type { Explainer } from '../explain/explainer.js';
import type { Explanation } from '../explain/explanation.js';
import type { MemoizedMethods, MemoizedClass, MethodOf } from '../memoized/memoize.js';
import type { RuntimeHolder } from '../runtime/runtime-holder.js';
import type { CacheStats } from '../runtime/stats.js';
import { ValueCache } from './value-api.js';
import type { ValueService } from '../values/value-service.js';

/** The one cache of the process. */
export class Cache extends ValueCache {
  readonly #current: RuntimeHolder;
  readonly #explainer: Explainer;
  readonly #memoized: MemoizedMethods;

  constructor(current: RuntimeHolder, values: ValueService, memoized: MemoizedMethods, explainer: Explainer) {
    super(values);
    this.#current = current;
    this.#explainer = explainer;
    this.#memoized = memoized;
  }

  /**
   * Sets the configuration: an object with some options, or a class that extends `CacheConfig`. Optional; once, before the first
   * request.
   *
   * @throws CacheConfigError that names every mistake
   * @throws CacheUsageError when the cache is configured or in use already
   *
   * @example
   * ```ts
   * cache.configure({ defaultTimeout: 60, maxBytes: 256 * 1024 * 1024 });
   * ```
   */
  configure(source: CacheConfigSource): void {
    this.#current.configure(source);
  }

  /**
   * Invalidates all that is cached at and under paths, in whole segments: `/api/users/bob` covers `/api/users/bob?limit=5` and
   * `/api/users/bob/friends`, never `/api/users/bobby`. When the promise resolves, no request that starts later is answered from
   * before. A segment `*` stands for all there is: `/api/users/*` is `/api/users`.
   *
   * While a shared store cannot be reached: with `whenUnreachable: 'continue'` it resolves, and the store is told as soon as it can be;
   * with `'refuse'` it waits for that, at most `collapseTimeout`. With the simple store it reaches this process alone.
   *
   * @param paths whole paths, as the client sees them: with the app's `routePrefix` and where it is mounted
   * @throws CacheFault with `whenUnreachable: 'refuse'`, when the store could not be told in time
   * @throws CacheUsageError when a path does not begin with a slash, has a query string, or a `:name`
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
   * Invalidates all that is cached with one of the tags, as `invalidate` does by path.
   *
   * @throws CacheUsageError when a tag is no text, or an empty one
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
   * Invalidates what `@Memoized` keeps of a method, as `invalidate` does: on the class, and on those that extend it.
   *
   * @param args of the calls whose results are meant. Default: of all
   * @throws CacheUsageError when the class has no such method, or the arguments cannot be in a key
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

  /** Invalidates everything. */
  async clear(): Promise<void> {
    await this.#current.invalidate({ prefixes: ['/'] }, 'cache.clear');
  }

  /**
   * What a request would come to, without its method being run: the action and its options, the key, the entry and how fresh it is. The
   * request goes through the app as a client's would, from this machine, with its middlewares, authorization and conversion.
   *
   * @param method `'GET'` or `'HEAD'`
   * @param url as a client writes it, with its query: `'/users/bob?limit=5'`
   * @param headers those that the request has: who asks is told by them. Default: none
   * @throws CacheUsageError for other methods, and before any request has come to a cached action: then the app is not known
   *
   * @example
   * ```ts
   * const { outcome, reason, entry } = await cache.explain('GET', '/users/bob/friends', { authorization: 'Bearer …' });
   * ```
   */
  async explain(method: string, url: string, headers: IncomingHttpHeaders = {}): Promise<Explanation> {
    return this.#explainer.explain(method, url, headers);
  }

  /**
   * Deletes the one response that would answer a request. For data that have changed, invalidate: what is being computed may still be
   * kept.
   *
   * @returns whether there was one
   * @throws CacheUsageError as `explain`, whose parameters these are
   *
   * @example
   * ```ts
   * await cache.deleteResponse('GET', '/users/bob/friends?limit=5');
   * ```
   */
  async deleteResponse(method: string, url: string, headers: IncomingHttpHeaders = {}): Promise<boolean> {
    return this.#explainer.delete(method, url, headers);
  }

  /**
   * Puts the cache before an app: hits of actions with `edge: true` are answered without entering it, all else goes through it.
   *
   * @param app an Express app, or any listener for requests in which it stands
   * @returns what `http.createServer` and `https.createServer` take
   * @throws CacheUsageError when it is given something else
   *
   * @example
   * ```ts
   * http.createServer(cache.edge(app)).listen(3000);
   * ```
   */
  edge(app: RequestListener): RequestListener {
    if (typeof (app as unknown) === 'function') return new Edge(this.#current, app).listener;
    const mistake = `cache.edge(${formatValue(app)}) has no app. Write cache.edge(app), where app is what createExpressServer returned.`;
    throw new CacheUsageError('CACHE_USAGE_INVALID', [mistake]);
  }

  /** What the cache has done and holds, as of now. */
  stats(): CacheStats {
    return this.#current.get().stats();
  }

  /** Forgets everything, the configuration too, so that `configure` may be called again. For tests. */
  async reset(): Promise<void> {
    await this.#current.reset();
  }

  /**
   * Releases what the store holds. To be called when the process ends its work, after its servers have closed. It waits for responses
   * that are being stored, for changes that run, and for invalidations that a shared store does not know yet: at most 10 seconds. What
   * is lost then, `onError` says in one `CACHE_INVALIDATION_LOST` that names the targets.
   */
  async close(): Promise<void> {
    await this.#current.close();
  }
}
