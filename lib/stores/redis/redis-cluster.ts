import type { Found } from '../shared/driver.js';
import { AS_BYTES, type RedisClusterClient, type RedisCommand, type RedisSingleClient } from './redis-client.js';
import { RedisDriver } from './redis-driver.js';
import { RedisServerIdentity, type IdentifiedReply } from './redis-server-identity.js';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- its types do not compile
const slotOf = require('cluster-key-slot') as (key: string) => number;

/**
 * A Redis Cluster. Its keys belong to many servers, so each key has its own command, and all are sent at once. Each reply has the
 * incarnation of its server.
 */
export class RedisCluster extends RedisDriver {
  readonly shards = 16;
  private readonly identities = new WeakMap<RedisSingleClient, RedisServerIdentity>();
  /** The identities of the servers, as long as the cluster client uses the connections to them. */
  private readonly living = new Set<WeakRef<RedisServerIdentity>>();

  constructor(private readonly cluster: RedisClusterClient) {
    super(cluster);
  }

  override async close(): Promise<void> {
    await super.close();
    for (const identity of this.living) identity.deref()?.end();
    this.living.clear();
  }

  protected read(keys: readonly string[]): Promise<readonly Found[]> {
    return Promise.all(
      keys.map(async key => {
        const { reply, incarnation } = await this.sendTo(key, ['GET', key]);
        return { value: (reply as Buffer | null) ?? undefined, incarnation };
      }),
    );
  }

  protected async readStart(key: string, bytes: number): Promise<Buffer> {
    return (await this.sendTo(key, ['GETRANGE', key, '0', String(bytes - 1)])).reply as Buffer;
  }

  protected write(key: string, command: RedisCommand): Promise<unknown> {
    return this.cluster.sendCommand(key, false, command, AS_BYTES);
  }

  private async sendTo(key: string, command: RedisCommand): Promise<IdentifiedReply> {
    try {
      return await (await this.identityOf(key)).send(command);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('MOVED'))) throw error;
      // The client follows the redirection and learns the new slots. Then the present server of the key receives the command.
      await this.cluster.sendCommand(key, false, command, AS_BYTES);
      return (await this.identityOf(key)).send(command);
    }
  }

  private async identityOf(key: string): Promise<RedisServerIdentity> {
    const shard = this.cluster.slots[slotOf(key)] as { readonly master: unknown } | undefined;
    if (shard === undefined) throw new Error('no server of the cluster is known for the key');
    const client = await this.cluster.nodeClient(shard.master);
    let identity = this.identities.get(client);
    if (identity === undefined) this.identities.set(client, (identity = this.begin(client)));
    return identity;
  }

  private begin(client: RedisSingleClient): RedisServerIdentity {
    const identity = new RedisServerIdentity(client);
    this.living.add(new WeakRef(identity));
    return identity;
  }
}
