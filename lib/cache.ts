import type { RequestListener } from 'node:http';
import { Edge } from './edge/edge.js';
import { shown } from './shown.js';
import type { CacheConfigSource } from './config/resolve-config.js';
import { checkedTargets, tagMistake, wholePathMistake } from './controllers/target-mistakes.js';
import { CacheUsageError } from './errors.js';
import { coveringPrefix } from './keys/prefix.js';
import type { MemoizedMethods } from './memoized/memoized-methods.js';
import type { MemoizedClass, MethodOf } from './memoized/memoized-class.js';
import type { CurrentEngine } from './serving/current-engine.js';
import type { CacheStats } from './serving/stats.js';
import { checkedEntries, checkedValues, checkKeys } from './values/value-mistakes.js';
import type { Values } from './values/values.js';

/** The one cache of the process. */
export class Cache {
  readonly #current: CurrentEngine;
  readonly #values: Values;
  readonly #memoized: MemoizedMethods;

  constructor(current: CurrentEngine, values: Values, memoized: MemoizedMethods) {
    this.#current = current;
    this.#values = values;
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
    const prefixes = checkedTargets('cache.invalidate', paths, wholePathMistake);
    await this.#current.invalidate({ prefixes: prefixes.map(coveringPrefix) }, 'cache.invalidate');
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
   * The value of a key, a copy for each caller; `undefined` where there is none, or the store cannot be asked.
   *
   * @throws CacheUsageError when the key is no text, or an empty one; so do the methods below
   *
   * @example
   * ```ts
   * const rates = (await cache.get<Record<string, number>>('rates')) ?? (await db.rates());
   * ```
   */
  async get<Value = unknown>(key: string): Promise<Value | undefined> {
    checkKeys('get', [key]);
    return (await this.#values.getMany([key]))[0] as Value | undefined;
  }

  /**
   * Keeps a value: whatever JSON carries faithfully.
   *
   * @param timeout seconds; 0: it never expires. Default: `defaultTimeout`
   * @returns whether it is kept: not where it is too large, the store cannot be told, or the key is invalidated meanwhile
   * @throws CacheUsageError that says where in the value stands what JSON does not carry; so do `add` and `setMany`
   */
  async set(key: string, value: unknown, timeout?: number): Promise<boolean> {
    return (await this.#values.setMany(checkedEntries('set', [[key, value]], timeout), timeout)).length === 1;
  }

  /** Keeps a value where there is none. Of several at once, also in several processes, one is kept. @returns whether it is */
  async add(key: string, value: unknown, timeout?: number): Promise<boolean> {
    return (await this.#values.addMany(checkedEntries('add', [[key, value]], timeout), timeout)).length === 1;
  }

  /** Whether there is a value of the key. */
  async has(key: string): Promise<boolean> {
    checkKeys('has', [key]);
    return (await this.#values.held([key])).length === 1;
  }

  /** Deletes a value, also one that is on its way, as `invalidate` does. @returns whether there was one */
  async delete(key: string): Promise<boolean> {
    checkKeys('delete', [key]);
    return (await this.#values.deleteMany([key])).length === 1;
  }

  /** The values of several keys, in their order. */
  async getMany<Value = unknown>(keys: readonly string[]): Promise<(Value | undefined)[]> {
    checkKeys('getMany', keys);
    return (await this.#values.getMany(keys)) as (Value | undefined)[];
  }

  /** Keeps several values, by key. @returns the keys of those that are kept */
  async setMany(values: Readonly<Record<string, unknown>>, timeout?: number): Promise<string[]> {
    return this.#values.setMany(checkedValues('setMany', values, timeout), timeout);
  }

  /** Deletes several values. @returns the keys that there was a value of */
  async deleteMany(keys: readonly string[]): Promise<string[]> {
    checkKeys('deleteMany', keys);
    return this.#values.deleteMany(keys);
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
}
