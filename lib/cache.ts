import type { RequestListener } from 'node:http';
import { Edge } from './edge/edge.js';
import { shown } from './shown.js';
import type { CacheConfigSource } from './config/resolve-config.js';
import { tagMistake, wholePathMistake } from './controllers/target-mistakes.js';
import { CacheFault, CacheUsageError } from './errors.js';
import { coveringPrefix } from './keys/prefix.js';
import type { CurrentEngine } from './serving/current-engine.js';
import type { CacheStats } from './serving/stats.js';
import type { Targets } from './stores/store.js';

/** The one cache of the process. */
export class Cache {
  readonly #current: CurrentEngine;

  constructor(current: CurrentEngine) {
    this.#current = current;
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
   * with `'refuse'` it waits for that, at most `collapseTimeout`.
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
    const prefixes: readonly unknown[] = Array.isArray(paths) ? paths : [paths];
    const mistakes = prefixes.flatMap(prefix => {
      const mistake = wholePathMistake(prefix);
      return mistake === undefined ? [] : [`cache.invalidate(${shown(prefix)}) ${mistake}`];
    });
    if (mistakes.length > 0) throw new CacheUsageError('CACHE_USAGE_INVALID', mistakes);
    await this.#invalidate({ prefixes: (prefixes as readonly string[]).map(coveringPrefix) });
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
    const names: readonly unknown[] = Array.isArray(tags) ? tags : [tags];
    const mistakes = names.flatMap(tag => {
      const mistake = tagMistake(tag);
      return mistake === undefined ? [] : [`cache.invalidateTags(${shown(tag)}) ${mistake}`];
    });
    if (mistakes.length > 0) throw new CacheUsageError('CACHE_USAGE_INVALID', mistakes);
    await this.#invalidate({ prefixes: [], tags: names as readonly string[] });
  }

  /** Invalidates everything. */
  async clear(): Promise<void> {
    await this.#invalidate({ prefixes: ['/'] });
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
    const mistake = `cache.edge(${shown(app)}) has no app. Write cache.edge(app), where app is what createExpressServer returned.`;
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

  /** Releases what the store holds. To be called when the process ends its work. */
  async close(): Promise<void> {
    await this.#current.close();
  }

  async #invalidate(targets: Targets): Promise<void> {
    if (await this.#current.get().invalidate(targets)) return;
    throw new CacheFault(
      'CACHE_INVALIDATION_UNDELIVERED',
      'the store cannot be reached. The invalidation is tried again until it is.',
    );
  }
}
