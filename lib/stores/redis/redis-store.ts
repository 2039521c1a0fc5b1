import { SharedStore } from '../shared/shared-store.js';
import type { OpenableStore, Store, StoreSettings } from '../store.js';
import { driverOf, ownDriver } from './driver-of.js';
import { clientOf, loadRedis, nearBytesOf, redisOptions, type RedisStoreOptions } from './redis-options.js';

/**
 * Stores responses in Redis, version 7 or later: a single server, a Cluster, or servers behind a Sentinel. All processes with
 * the same database share them. With a URL the store needs the package `redis`.
 *
 * @throws CacheConfigError for invalid options, or if the package is needed and not installed
 *
 * @example
 * ```ts
 * cache.configure({ store: new RedisStore({ url: 'redis://127.0.0.1:6379' }) });
 * ```
 */
export class RedisStore implements OpenableStore {
  private readonly options: RedisStoreOptions;

  constructor(options: string | RedisStoreOptions = {}) {
    this.options = redisOptions(options);
    // The package is needed when the store opens. A missing package is reported at once.
    if (this.options.client === undefined) loadRedis();
  }

  /** Opens the driver. Only the cache calls it. */
  open(settings: StoreSettings): Store {
    const { client } = this.options;
    const driver = client === undefined ? ownDriver(clientOf(this.options)) : driverOf(client);
    return new SharedStore(driver, settings, nearBytesOf(this.options));
  }
}
