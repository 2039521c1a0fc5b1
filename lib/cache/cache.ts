import type { IncomingHttpHeaders, RequestListener } from 'node:http';
import { Edge } from '../edge/edge.js';
import { formatValue } from '../errors/format-value.js';
import type { CacheConfigSource } from '../options/resolve-config.js';
import { checkedTargets, tagMistake } from '../actions/target-errors.js';
import { CacheUsageError } from '../errors/cache-errors.js';
import type { Audit } from '../audit/audit.js';
import type { Auditor } from '../audit/auditor.js';
import type { Explainer } from '../explain/explainer.js';
import type { Explanation } from '../explain/explanation.js';
import type { RuntimeHolder } from '../runtime/runtime-holder.js';
import type { CacheStats } from '../runtime/stats.js';
import type { VerificationReport } from '../verification/verification.js';
import { InvalidationCache, type InvalidationParts } from './invalidation-api.js';

/** The parts of the cache. */
export interface CacheParts extends InvalidationParts {
  readonly explainer: Explainer;
  readonly auditor: Auditor;
}

/** The one cache of the process. */
export class Cache extends InvalidationCache {
  readonly #current: RuntimeHolder;
  readonly #explainer: Explainer;
  readonly #auditor: Auditor;

  constructor(parts: CacheParts) {
    super(parts);
    this.#current = parts.current;
    this.#explainer = parts.explainer;
    this.#auditor = parts.auditor;
  }

  /**
   * Sets the configuration: an object with some options, or a class that extends `CacheConfig`. The call is optional. It must run
   * once, before the first request.
   *
   * @throws CacheConfigError that names every mistake
   * @throws CacheUsageError if the cache is configured or in use already
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
   * Predicts the outcome of a request, and does not run its method. The result has the action and its options, the key, and the
   * stored entry with its freshness. A synthetic request from this machine runs through the app, with middlewares, authorization
   * and conversion.
   *
   * @param method `'GET'` or `'HEAD'`
   * @param url the path and the query of the request: `'/users/bob?limit=5'`
   * @param headers the headers of the request, which identify the caller. Default: none
   * @throws CacheUsageError for other methods, and before the first request of a cached action: the app is unknown until then
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
   * Deletes the one response that would answer a request. After a change of the data, invalidate instead: a response that is
   * computed during a deletion may still be stored.
   *
   * @param method `'GET'` or `'HEAD'`
   * @param url the path and the query of the request, as in `explain`
   * @param headers the headers of the request, as in `explain`. Default: none
   * @returns true if there was such a response
   * @throws CacheUsageError as `explain`
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
   * Puts the cache before an app. Hits of actions with `edge: true` do not enter the app, all other requests run through it.
   *
   * @param app an Express app, or any request listener that contains one
   * @returns a listener for `http.createServer` and `https.createServer`
   * @throws CacheUsageError if the argument is no function
   *
   * @example
   * ```ts
   * http.createServer(cache.edge(app)).listen(3000);
   * ```
   */
  edge(app: RequestListener): RequestListener {
    if (typeof (app as unknown) === 'function') return new Edge(this.#current, app).listener;
    const mistake = `cache.edge(${formatValue(app)}) has no app. Write cache.edge(app) with the app that createExpressServer returned.`;
    throw new CacheUsageError('CACHE_USAGE_INVALID', [mistake]);
  }

  /**
   * Tags the `@Cached` responses and the `@Memoized` results that the running code computes: any code may call it that runs for a
   * computation, however deep. `cache.invalidateTags` and `@InvalidatesCache({ tags })` then reach them. Outside a computation the
   * call has no effect.
   *
   * @param tags the names of what the code has read
   * @throws CacheUsageError if a tag is no text, or the empty text
   *
   * @example
   * ```ts
   * async function userOf(id: string) {
   *   cache.tag(`user:${id}`);
   *   return db.user(id);
   * }
   * ```
   */
  tag(...tags: readonly string[]): void {
    const checked = checkedTargets('cache.tag', tags, tagMistake);
    const { computations } = this.#current;
    // A response whose computation began earlier is not stored, because its tags are unknown.
    computations.start();
    computations.running?.add(checked);
  }

  /**
   * Compares the cached actions and memoized methods of the program with its changes, and finds probable mistakes in the
   * invalidation. The program must have loaded its classes; it needs no server and no request.
   *
   * - `CHANGE_UNDECLARED`: a POST, PUT, PATCH or DELETE action without `@InvalidatesCache` and without `@ChangesNothing`
   * - `NEVER_INVALIDATED`: a cached action that no change can reach, with a timeout over 60 seconds
   * - `TARGET_REACHES_NOTHING`: a path in a target that reaches no cached route
   * - `TAG_ONE_SIDED`: a tag that only cached results have, or only targets
   * - `READS_UNDECLARED`: a cached method that reads an input outside its key: in its text, or in a request of this process
   *
   * @example
   * ```ts
   * const findings = cache.audit().findings.map(({ code, where, message }) => `${code} ${where}: ${message}`);
   * if (findings.length > 0) throw new Error(findings.join('\n'));
   * ```
   */
  audit(): Audit {
    return this.#auditor.audit();
  }

  /** Returns the counters of the cache and the size of its store at this moment. */
  stats(): CacheStats {
    return this.#current.get().stats();
  }

  /**
   * Waits until no verification of a hit runs or waits, and returns their counts since the configuration. In a test, the `/testing` entry
   * has `expectNoStaleHits`, which throws if a hit was stale.
   *
   * @returns undefined if the configuration has no `verify`
   *
   * @example
   * ```ts
   * const { stale = 0, stories = [] } = (await cache.verifications()) ?? {};
   * ```
   */
  async verifications(): Promise<VerificationReport | undefined> {
    const { verification } = this.#current.get();
    await verification?.turns.allEnded();
    return verification?.report();
  }

  /** Removes everything, the configuration too. Then `configure` may run again. This method is for tests. */
  async reset(): Promise<void> {
    await this.#current.reset();
  }

  /**
   * Closes the store. Call this method at the end of the process, after the servers have closed. With a shared store it waits for
   * responses that the cache still stores, for running changes and for undelivered invalidations, for at most 10 seconds. If some
   * invalidations remain undelivered, `onError` gets one `CACHE_INVALIDATION_LOST` that names their targets.
   */
  async close(): Promise<void> {
    await this.#current.close();
  }
}
