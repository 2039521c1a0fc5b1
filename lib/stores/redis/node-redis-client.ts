import type { Emitter } from './driver-client.js';
import type { RedisCommand } from './redis-commands.js';

interface Connectable extends Emitter {
  readonly isOpen: boolean;
  /** Missing in a client of `createCluster` of `redis` 5. */
  readonly isReady?: boolean;
  connect(): Promise<unknown>;
  destroy(): unknown;
}

interface SendOptions {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each of the client's versions has a type of its own
  readonly typeMapping?: any;
  readonly abortSignal?: AbortSignal;
}

/** The part that this library uses of a client of `createClient`. */
export interface RedisSingleClient extends Connectable {
  readonly isReady: boolean;
  sendCommand(command: RedisCommand, options?: SendOptions): Promise<unknown>;
}

/** The part that this library uses of a client of `createCluster`. */
export interface RedisClusterClient extends Connectable {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the client's own type of a shard
  readonly slots: readonly any[];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the client's own type of a node
  nodeClient(node: any): Promise<RedisSingleClient>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- its words are not readonly
  sendCommand(firstKey: string, isReadonly: boolean, command: any, options?: SendOptions): Promise<unknown>;
}

/** The part that this library uses of a client of `createSentinel`. */
export interface RedisSentinelClient extends Connectable {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- its words are not readonly
  sendCommand(isReadonly: boolean, command: any, options?: SendOptions): Promise<unknown>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the property that distinguishes it from other clients
  use(...args: any[]): Promise<unknown>;
}

/** A client of the package `redis`. */
export type NodeRedisClient = RedisSingleClient | RedisClusterClient | RedisSentinelClient;

export function isCluster(client: NodeRedisClient): client is RedisClusterClient {
  return 'nodeClient' in client;
}

export function isSentinel(client: NodeRedisClient): client is RedisSentinelClient {
  return 'use' in client;
}
