import { verifyEnvironment } from '../options/environment.js';
import { resolveConfig, type CacheConfigSource } from '../options/resolve-config.js';
import { CacheFault, CacheUsageError } from '../errors/cache-errors.js';
import type { Targets } from '../stores/store.js';
import { CacheRuntime } from './cache-runtime.js';

/** Code of advice about a use that can hardly be meant. */
const DOUBTFUL = 'CACHE_USAGE_DOUBTFUL';

const NOTHING_HERE =
  'an invalidation reached only the memory of this process, which caches nothing: no other process is told. Configure the store that the servers share: cache.configure({ store: new RedisStore(…) }).';

/** Holds the cache at work, from its configuration to its reset. */
export class RuntimeHolder {
  private runtime: CacheRuntime | undefined;
  private isConfigured = false;
  /** Whether a request has been served, or a value used. */
  private isInUse = false;

  /** @param canCache whether this process has loaded anything whose responses or results could be cached */
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
    this.runtime = new CacheRuntime(config);
  }

  /**
   * When a server is created: what would else be found at the first request.
   *
   * @throws CacheConfigError where the environment is to be used and cannot be
   */
  verifyEnvironment(): void {
    if (this.runtime === undefined) verifyEnvironment();
  }

  /** Advice when a server is created. Without a configuration yet, it is a process warning. */
  warnAboutUse(message: string): void {
    if (this.runtime === undefined) process.emitWarning(message, { type: 'CacheWarning', code: DOUBTFUL });
    else this.runtime.faults.warnAboutUse(message, message, DOUBTFUL);
  }

  /** For a request, a value or a memoized call: from the first one on, the configuration stands. */
  use(): CacheRuntime {
    this.isInUse = true;
    return this.get();
  }

  /** The cache at work, if there is one. */
  currentOrUndefined(): CacheRuntime | undefined {
    return this.runtime;
  }

  /** With the defaults when nothing has been configured, or not yet. */
  get(): CacheRuntime {
    this.runtime ??= new CacheRuntime(resolveConfig({}));
    return this.runtime;
  }

  /**
   * @param by the call by which code does it
   * @throws CacheFault with `whenUnreachable: 'refuse'`, when the store could not be told in time
   */
  async invalidate(targets: Targets, by: string): Promise<void> {
    const runtime = this.get();
    const { config, faults, store } = runtime;
    if (config.store === 'simple' && !this.canCache() && store.size().entries === 0)
      faults.warnAboutUse(NOTHING_HERE, NOTHING_HERE, DOUBTFUL);
    if (await runtime.invalidate(targets, by)) return;
    throw new CacheFault(
      'CACHE_INVALIDATION_UNDELIVERED',
      'the store cannot be reached. The invalidation is tried again until it is.',
    );
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
