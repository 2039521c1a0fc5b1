import {
  listen,
  type ClusterClient,
  type DriverClient,
  type RemoveListener,
  type SentinelClient,
  type ServerClient,
} from './driver-client.js';
import type { NodeRedisClient, RedisClusterClient, RedisSentinelClient, RedisSingleClient } from './node-redis-client.js';
import { PROBE, slotOf, type RedisCommand } from './redis-commands.js';

/** The events of a client after which the next reply may come from another incarnation of the server. */
const CONNECTION_EVENTS = ['connect', 'ready', 'reconnecting', 'error', 'end', 'terminated'] as const;

/** Replies as bytes. 36 is `RESP_TYPES.BLOB_STRING`, the `$` of the protocol. */
const AS_BYTES = { typeMapping: { 36: Buffer } };

abstract class NodeRedis<Client extends NodeRedisClient> implements DriverClient {
  constructor(protected readonly client: Client) {}

  get isOpen(): boolean {
    return this.client.isOpen;
  }

  get isReady(): boolean {
    return this.client.isReady ?? this.client.isOpen;
  }

  connect(): Promise<unknown> {
    return this.client.connect();
  }

  attempt(): Promise<unknown> {
    return Promise.resolve();
  }

  /** A client of `redis` 5 that is already closed throws. */
  close(): void {
    if (this.client.isOpen) this.client.destroy();
  }

  onError(listener: (error: unknown) => void): RemoveListener {
    return listen(this.client, ['error'], listener);
  }
}

/** A client of `createClient`. */
export class NodeRedisServer extends NodeRedis<RedisSingleClient> implements ServerClient {
  send(command: RedisCommand): Promise<unknown> {
    return this.client.sendCommand(command, AS_BYTES);
  }

  onConnectionChange(listener: () => void): RemoveListener {
    return listen(this.client, CONNECTION_EVENTS, listener);
  }
}

/** A client of `createCluster`. */
export class NodeRedisCluster extends NodeRedis<RedisClusterClient> implements ClusterClient {
  private readonly servers = new WeakMap<RedisSingleClient, NodeRedisServer>();

  async primaryOf(key: string): Promise<ServerClient> {
    const shard = this.client.slots[slotOf(key)] as { readonly master: unknown } | undefined;
    if (shard === undefined) throw new Error('no server of the cluster is known for the key');
    const client = await this.client.nodeClient(shard.master);
    let server = this.servers.get(client);
    if (server === undefined) this.servers.set(client, (server = new NodeRedisServer(client)));
    return server;
  }

  send(key: string, command: RedisCommand): Promise<unknown> {
    return this.client.sendCommand(key, false, command, AS_BYTES);
  }

  /** The client follows the redirection of any command. */
  learnSlot(key: string): Promise<unknown> {
    return this.send(key, [...PROBE, key]);
  }
}

/** The events of a client of `createSentinel` after the loss of a connection; `redis` 5 has no `reconnecting`. */
const LOSS_EVENTS = ['client-error', 'reconnecting', 'topology-change'] as const;

/** A client of `createSentinel`. It sends a command again after the loss of a connection, unless the signal of the command is aborted. */
export class NodeRedisSentinel extends NodeRedis<RedisSentinelClient> implements SentinelClient {
  /** Aborted at the loss of a connection. The commands in flight ignore it. */
  private repetitions = new AbortController();

  async send(command: RedisCommand): Promise<unknown> {
    return this.client.sendCommand(false, command, { ...AS_BYTES, abortSignal: this.repetitions.signal });
  }

  override onError(listener: (error: unknown) => void): RemoveListener {
    const removeListeners = [super.onError(listener), listen(this.client, LOSS_EVENTS, this.abortRepetitions)];
    return () => {
      for (const remove of removeListeners) remove();
    };
  }

  /** The client emits one of the events before it sends a command again. */
  private readonly abortRepetitions = (): void => {
    this.repetitions.abort();
    this.repetitions = new AbortController();
  };
}
