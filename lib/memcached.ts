export { MemcachedStore } from './stores/memcached/memcached-store.js';

export type { MemcachedStoreOptions } from './stores/memcached/memcached-options.js';
