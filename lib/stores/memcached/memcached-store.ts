import { SharedStore } from '../shared/shared-store.js';
import { MemcachedDriver } from './memcached-driver.js';
import { serversOf, type MemcachedStoreOptions } from './memcached-options.js';

/**
 * Responses kept in Memcached, shared by all processes that name the same servers. It needs the package `memcache-client`.
 *
 * @throws CacheConfigError for options that cannot work, and when that package is not installed
 */
export class MemcachedStore extends SharedStore {
  constructor(options: string | readonly string[] | MemcachedStoreOptions = {}) {
    super(new MemcachedDriver(serversOf(options)));
  }
}
