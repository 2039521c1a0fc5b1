import { SharedStore } from '../shared/shared-store.js';
import type { OpenableStore, Store, StoreSettings } from '../store.js';
import { loadMemcacheClient, MemcachedDriver } from './memcached-driver.js';
import { serversOf, type MemcachedServers, type MemcachedStoreOptions } from './memcached-options.js';

/**
 * Responses kept in Memcached, shared by all processes that name the same servers. It needs the package `memcache-client`.
 *
 * @throws CacheConfigError for options that cannot work, and when that package is not installed
 */
export class MemcachedStore implements OpenableStore {
  private readonly servers: MemcachedServers;

  constructor(options: string | readonly string[] | MemcachedStoreOptions = {}) {
    this.servers = serversOf(options);
    // Needed when it is opened; a missing package is told at once.
    if (!('client' in this.servers)) loadMemcacheClient();
  }

  /** Called by the cache. */
  open(settings: StoreSettings): Store {
    return new SharedStore(new MemcachedDriver(this.servers), settings);
  }
}
