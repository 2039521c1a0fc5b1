import { formatValue } from '../../errors/format-value.js';
import { isIoredis, type IoredisClient, type IoredisClusterClient } from './ioredis-client.js';
import type { NodeRedisClient } from './node-redis-client.js';

/** A client of the package `redis` or `ioredis`. */
export type RedisClient = NodeRedisClient | IoredisClient | IoredisClusterClient;

const EXAMPLE = "{ client: createClient({ url: 'redis://127.0.0.1:6379' }) }";

/** Describes why a value is no client that the store can use. @returns undefined for a client of `redis` or `ioredis` */
export function clientMistake(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !hasMethods(value, ['connect', 'sendCommand', 'on', 'off'])) {
    return `client must be a client of the package redis or ioredis, got ${formatValue(value)}. Write ${EXAMPLE}, or { client: new Redis() } of ioredis.`;
  }
  if (isIoredis(value)) return undefined;
  if (!hasMethods(value, ['destroy'])) {
    return 'client must be a client of redis 5 or later, or of ioredis 5 or later; this client is older, or of another package. Run: npm install redis@latest';
  }
  return isPool(value)
    ? `client must be one connection, got a pool of createClientPool. Write ${EXAMPLE}: it sends all commands without a pool.`
    : undefined;
}

/** Returns true for a client of `createClientPool`. Its commands use several connections, so the incarnation of the server is unknown. */
function isPool(value: object): boolean {
  return hasMethods(value, ['execute']) && !('isReady' in value);
}

function hasMethods(value: object, names: readonly string[]): boolean {
  return names.every(name => typeof (value as Readonly<Record<string, unknown>>)[name] === 'function');
}
