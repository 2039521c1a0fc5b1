// This import must be first: the later ones may not load on an older Node.
import './cache/node-version.js';

export { RedisStore } from './stores/redis/redis-store.js';

export type { RedisStoreOptions } from './stores/redis/redis-options.js';
export type { IoredisClient, IoredisClusterClient } from './stores/redis/ioredis-client.js';
export type { RedisClusterClient, RedisSentinelClient, RedisSingleClient } from './stores/redis/node-redis-client.js';
export type { RedisClient } from './stores/redis/redis-client.js';
