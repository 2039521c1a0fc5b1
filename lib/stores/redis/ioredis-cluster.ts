import type { ClusterClient, RemoveListener, ServerClient } from './driver-client.js';
import { Ioredis, IoredisServer } from './ioredis.js';
import type { IoredisClient, IoredisClusterClient } from './ioredis-client.js';
import { PROBE, slotOf, type RedisCommand } from './redis-commands.js';
import { OnceWrittenCommand } from './once-written-command.js';

/**
 * A `Cluster` of ioredis. Reads go to the primaries, whatever its option `scaleReads`: the data of a replica may be older than
 * acknowledged writes.
 */
export class IoredisCluster extends Ioredis<IoredisClusterClient> implements ClusterClient {
  private readonly servers = new WeakMap<IoredisClient, IoredisServer>();
  private readonly clients = new Map<string, IoredisClient>();

  async primaryOf(key: string): Promise<ServerClient> {
    const client = this.clientOf(key);
    if (client === undefined) throw new Error('no server of the Cluster is known for the key');
    let server = this.servers.get(client);
    if (server === undefined) this.servers.set(client, (server = new IoredisServer(client, this.client.options.keyPrefix)));
    // The Cluster opens the connection to a server when it first sends a command.
    if (!server.isReady) await (client.status === 'wait' ? server.connect() : server.attempt());
    return server;
  }

  async send(_key: string, command: RedisCommand): Promise<unknown> {
    // Otherwise the client would queue the command, and send it at an unknown time.
    if (!this.isReady) throw new Error('the connections to the Cluster are not ready');
    const sent = new OnceWrittenCommand(this.client, command, this.client.options.keyPrefix);
    return await this.client.sendCommand(sent.command);
  }

  learnSlot(key: string): Promise<unknown> {
    return this.send(key, [...PROBE, key]);
  }

  /** The error of the Cluster itself does not have the reason. */
  override onError(listener: (error: unknown) => void): RemoveListener {
    return super.onError(error => {
      const { message, lastNodeError } = error as { readonly message?: string; readonly lastNodeError?: Error };
      listener(lastNodeError === undefined ? error : new Error(`${message} ${lastNodeError.message}`, { cause: error }));
    });
  }

  private clientOf(key: string): IoredisClient | undefined {
    const address = this.client.slots[slotOf(`${this.client.options.keyPrefix ?? ''}${key}`)]?.[0];
    if (address === undefined) return undefined;
    const known = this.clients.get(address);
    if (known !== undefined && known.status !== 'end') return known;
    this.clients.clear();
    for (const client of this.client.nodes()) this.clients.set(addressOf(client), client);
    return this.clients.get(address);
  }
}

function addressOf({ options }: IoredisClient): string {
  const { host, port } = options as { readonly host?: string; readonly port?: number };
  return `${host}:${port}`;
}
