/** What is sent to a server: the words of one command. */
export type RedisCommand = readonly (string | Buffer)[];

interface Connectable {
  readonly isOpen: boolean;
  readonly isReady: boolean;
  connect(): Promise<unknown>;
  destroy(): unknown;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the client's own type of a listener
  on(event: string, listener: (...args: any[]) => void): unknown;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the client's own type of a listener
  off(event: string, listener: (...args: any[]) => void): unknown;
}

interface SendOptions {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- each of the client's versions has a type of its own
  readonly typeMapping?: any;
}

/** What this library uses of a client made by `createClient`. */
export interface RedisSingleClient extends Connectable {
  sendCommand(command: RedisCommand, options?: SendOptions): Promise<unknown>;
}

/** What this library uses of a client made by `createCluster`. */
export interface RedisClusterClient extends Connectable {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the client's own type of a shard
  readonly slots: readonly any[];
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the client's own type of a node
  nodeClient(node: any): Promise<RedisSingleClient>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- its words are not readonly
  sendCommand(firstKey: string, isReadonly: boolean, command: any, options?: SendOptions): Promise<unknown>;
}

/** What this library uses of a client made by `createSentinel`. */
export interface RedisSentinelClient extends Connectable {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- its words are not readonly
  sendCommand(isReadonly: boolean, command: any, options?: SendOptions): Promise<unknown>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- what tells it from other clients
  use(...args: any[]): Promise<unknown>;
}

export type RedisClient = RedisSingleClient | RedisClusterClient | RedisSentinelClient;

/** Replies as bytes. 36 is `RESP_TYPES.BLOB_STRING`, the `$` of the protocol. */
export const AS_BYTES = { typeMapping: { 36: Buffer } };

export function isCluster(client: RedisClient): client is RedisClusterClient {
  return 'nodeClient' in client;
}

export function isSentinel(client: RedisClient): client is RedisSentinelClient {
  return 'use' in client;
}
