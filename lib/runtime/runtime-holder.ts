import { verifyEnvironment } from '../options/environment.js';
import { resolveConfig, type CacheConfigSource } from '../options/resolve-config.js';
import { CacheFault, CacheUsageError } from '../errors/cache-errors.js';
import type { Targets } from '../stores/store.js';
import { Computations } from './computation.js';
import { CacheRuntime } from './cache-runtime.js';

/** The code of advice about a use that is probably a mistake. */
const DOUBTFUL = 'CACHE_USAGE_DOUBTFUL';

const ONLY_THIS_PROCESS =
  'an invalidation reached only the memory of this process, which caches nothing, and no other process. Configure the store that the servers share: cache.configure({ store: new RedisStore(…) }).';

/** Holds the current runtime, from its configuration to its reset. */
export class RuntimeHolder {
  /** The computations of the process. They outlive a runtime. */
  readonly computations = new Computations();
  private runtime: CacheRuntime | undefined;
  private isConfigured = false;
  /** True if a request has been served, or a value used. */
  private isInUse = false;

  /** @param canCache returns true if this process has loaded an action or a method that can be cached */
  constructor(private readonly canCache: () => boolean = () => true) {}

  configure(source: CacheConfigSource): void {
    const config = resolveConfig(source);
    if (this.isConfigured || this.isInUse) {
      const what = this.isConfigured ? 'is configured already' : 'has been used already, with its defaults';
      throw new CacheUsageError('CACHE_ALREADY_IN_USE', [
        `the cache ${what}. Call cache.configure once, before the first request; in tests, await cache.reset() before it.`,
      ]);
    }
    this.isConfigured = true;
    this.runtime = new CacheRuntime(config, this.computations);
  }

  /**
   * Checks the environment when a server is created, and not only at the first request.
   *
   * @throws CacheConfigError if the configuration comes from the environment and is invalid
   */
  verifyEnvironment(): void {
    if (this.runtime === undefined) verifyEnvironment();
  }

  /** Reports advice when a server is created. Before the configuration, the advice is a process warning. */
  warnAboutUse(message: string): void {
    if (this.runtime === undefined) process.emitWarning(message, { type: 'CacheWarning', code: DOUBTFUL });
    else this.runtime.faults.warnAboutUse(message, message, DOUBTFUL);
  }

  /** Returns the runtime for a request, a value or a memoized call. After the first use, `configure` throws. */
  use(): CacheRuntime {
    this.isInUse = true;
    return this.get();
  }

  /** Returns the current runtime, if there is one. */
  currentOrUndefined(): CacheRuntime | undefined {
    return this.runtime;
  }

  /** Returns the current runtime. Creates one with the defaults if the cache is not configured. */
  get(): CacheRuntime {
    this.runtime ??= new CacheRuntime(resolveConfig({}), this.computations);
    return this.runtime;
  }

  /**
   * Invalidates by a call of application code.
   *
   * @param by the call, for subscribers
   * @throws CacheFault with `whenUnreachable: 'refuse'`, if the invalidation does not reach the store in time
   */
  async invalidate(targets: Targets, by: string): Promise<void> {
    const runtime = this.get();
    this.warnIfAlone();
    if (await runtime.invalidate(targets, by)) return;
    throw new CacheFault(
      'CACHE_INVALIDATION_UNDELIVERED',
      'the store cannot be reached. The library retries the invalidation until it is delivered.',
    );
  }

  /** Warns if an invalidation reaches only this process, which caches nothing. */
  warnIfAlone(): void {
    const { config, faults, store } = this.get();
    if (config.store === 'simple' && !this.canCache() && store.size().entries === 0)
      faults.warnAboutUse(ONLY_THIS_PROCESS, ONLY_THIS_PROCESS, DOUBTFUL);
  }

  async reset(): Promise<void> {
    await this.runtime?.store.close(0);
    this.runtime = undefined;
    this.isConfigured = false;
    this.isInUse = false;
  }

  async close(): Promise<void> {
    await this.runtime?.store.close();
  }
}
