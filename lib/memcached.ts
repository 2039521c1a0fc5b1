// This import must be first: the later ones may not load on an older Node.
import './cache/node-version.js';

export { MemcachedStore } from './stores/memcached/memcached-store.js';

export type { MemcachedStoreOptions } from './stores/memcached/memcached-options.js';
