import { IoredisCluster } from './ioredis-cluster.js';
import { isIoredis, isIoredisCluster } from './ioredis-client.js';
import { IoredisServer } from './ioredis.js';
import { isCluster, isSentinel } from './node-redis-client.js';
import { NodeRedisCluster, NodeRedisSentinel, NodeRedisServer } from './node-redis.js';
import { OwnConnection, type OwnClient } from './own-connection.js';
import type { RedisClient } from './redis-client.js';
import { RedisCluster } from './redis-cluster.js';
import type { RedisDriver } from './redis-driver.js';
import { RedisSentinel } from './redis-sentinel.js';
import { RedisSingle } from './redis-single.js';

/** Returns the driver of a client of the application. Neither package is imported: the members of the client distinguish them. */
export function driverOf(client: RedisClient): RedisDriver {
  if (isIoredis(client)) {
    return isIoredisCluster(client) ? new RedisCluster(new IoredisCluster(client)) : new RedisSingle(new IoredisServer(client));
  }
  if (isCluster(client)) return new RedisCluster(new NodeRedisCluster(client));
  return isSentinel(client) ? new RedisSentinel(new NodeRedisSentinel(client)) : new RedisSingle(new NodeRedisServer(client));
}

/** Returns the driver of a client that this library has created. */
export function ownDriver(client: OwnClient): RedisDriver {
  return new RedisSingle(new NodeRedisServer(client), new OwnConnection(client));
}
