import { SharedStore } from '../shared/shared-store.js';
import type { OpenableStore, Store, StoreSettings } from '../store.js';
import { loadMemcacheClient, MemcachedDriver } from './memcached-driver.js';
import { serversOf, type MemcachedServers, type MemcachedStoreOptions } from './memcached-options.js';

/**
 * Stores responses in Memcached. All processes with the same servers share them. The store needs the package `memcache-client`.
 *
 * @throws CacheConfigError for invalid options, or if the package is not installed
 */
export class MemcachedStore implements OpenableStore {
  private readonly servers: MemcachedServers;

  constructor(options: string | readonly string[] | MemcachedStoreOptions = {}) {
    this.servers = serversOf(options);
    // The package is needed when the store opens. A missing package is reported at once.
    if (!('client' in this.servers)) loadMemcacheClient();
  }

  /** Opens the driver. Only the cache calls it. */
  open(settings: StoreSettings): Store {
    return new SharedStore(new MemcachedDriver(this.servers), settings);
  }
}
