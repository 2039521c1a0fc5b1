// This import must be first: the later ones may not load on an older Node.
import './cache/node-version.js';

export { RedisStore } from './stores/redis/redis-store.js';

export type { RedisStoreOptions } from './stores/redis/redis-options.js';
export type { RedisClient, RedisClusterClient, RedisSentinelClient, RedisSingleClient } from './stores/redis/redis-client.js';
