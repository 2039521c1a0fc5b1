import { SharedStore } from '../shared/shared-store.js';
import type { OpenableStore, Store, StoreSettings } from '../store.js';
import { OwnConnection, type OwnClient } from './own-connection.js';
import { isCluster, isSentinel, type RedisClient } from './redis-client.js';
import { RedisCluster } from './redis-cluster.js';
import type { RedisDriver } from './redis-driver.js';
import { clientOf, loadRedis, nearBytesOf, redisOptions, type RedisStoreOptions } from './redis-options.js';
import { RedisSentinel } from './redis-sentinel.js';
import { RedisSingle } from './redis-single.js';

/**
 * Stores responses in Redis or Valkey, version 7 or later: a single server, a Cluster, or servers behind a Sentinel. All processes with
 * the same database share them. The store needs the package `redis`.
 *
 * @throws CacheConfigError for invalid options, or if the package is not installed
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
    const client = clientOf(this.options);
    const driver = this.options.client === undefined ? ownDriver(client as OwnClient) : driverOf(client);
    return new SharedStore(driver, settings, nearBytesOf(this.options));
  }
}

function ownDriver(client: OwnClient): RedisDriver {
  return new RedisSingle(client, new OwnConnection(client));
}

function driverOf(client: RedisClient): RedisDriver {
  if (isCluster(client)) return new RedisCluster(client);
  return isSentinel(client) ? new RedisSentinel(client) : new RedisSingle(client);
}
