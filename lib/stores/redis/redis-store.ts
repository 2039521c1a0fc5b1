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
 * Responses kept in Redis or Valkey, shared by all processes that use the same: a single server, a Cluster, or servers behind a
 * Sentinel, of version 7 or later. It needs the package `redis`.
 *
 * @throws CacheConfigError for options that cannot work, and when that package is not installed
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
    // Needed when it is opened; a missing package is told at once.
    if (this.options.client === undefined) loadRedis();
  }

  /** Called by the cache. */
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
