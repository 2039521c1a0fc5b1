import type { Found } from '../shared/driver.js';
import type { ClusterClient, ServerClient } from './driver-client.js';
import type { RedisCommand } from './redis-commands.js';
import { RedisDriver } from './redis-driver.js';
import { RedisServerIdentity, type IdentifiedReply } from './redis-server-identity.js';

/** Milliseconds between two attempts to learn the server of a slot whose former server does not answer. */
const LEARN_AGAIN_MS = 1000;

/**
 * A Redis Cluster. Its keys belong to many servers, so each key has its own command, and all are sent at once. Each reply has the
 * incarnation of its server.
 */
export class RedisCluster extends RedisDriver {
  readonly shards = 16;
  private readonly identities = new WeakMap<ServerClient, RedisServerIdentity>();
  /** The identities of the servers, as long as the cluster client uses the connections to them. */
  private readonly living = new Set<WeakRef<RedisServerIdentity>>();
  private learnAgainAtMs = 0;

  constructor(private readonly cluster: ClusterClient) {
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
    return this.cluster.send(key, command);
  }

  private async sendTo(key: string, command: RedisCommand): Promise<IdentifiedReply> {
    try {
      return await (await this.identityOf(key)).send(command);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('MOVED'))) {
        this.learnLater(key);
        throw error;
      }
      // Then the present server of the key receives the command.
      await this.cluster.learnSlot(key);
      return (await this.identityOf(key)).send(command);
    }
  }

  /** The former server of the slot may be gone, or a replica. */
  private learnLater(key: string): void {
    if (performance.now() < this.learnAgainAtMs) return;
    this.learnAgainAtMs = performance.now() + LEARN_AGAIN_MS;
    // The operations on the slot report the failure.
    this.cluster.learnSlot(key).catch(() => undefined);
  }

  private async identityOf(key: string): Promise<RedisServerIdentity> {
    const server = await this.cluster.primaryOf(key);
    let identity = this.identities.get(server);
    if (identity === undefined) this.identities.set(server, (identity = this.begin(server)));
    return identity;
  }

  private begin(server: ServerClient): RedisServerIdentity {
    const identity = new RedisServerIdentity(server);
    this.living.add(new WeakRef(identity));
    return identity;
  }
}
