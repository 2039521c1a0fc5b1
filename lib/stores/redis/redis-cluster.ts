import type { Found } from '../shared/driver.js';
import { AS_BYTES, type RedisClusterClient, type RedisCommand, type RedisSingleClient } from './redis-client.js';
import { RedisDriver } from './redis-driver.js';
import { RedisLife, type Said } from './redis-life.js';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- its types do not compile
const slotOf = require('cluster-key-slot') as (key: string) => number;

/**
 * A Redis Cluster. Keys are of many servers, so each is asked for by itself, all at once; and each answer tells which life of which
 * server it comes from.
 */
export class RedisCluster extends RedisDriver {
  readonly spread = 16;
  private readonly lives = new WeakMap<RedisSingleClient, RedisLife>();
  /** As long as the client keeps its own clients of the servers. */
  private readonly living = new Set<WeakRef<RedisLife>>();

  constructor(private readonly cluster: RedisClusterClient) {
    super(cluster);
  }

  override async close(): Promise<void> {
    await super.close();
    for (const life of this.living) life.deref()?.end();
    this.living.clear();
  }

  protected read(keys: readonly string[]): Promise<readonly Found[]> {
    return Promise.all(
      keys.map(async key => {
        const { reply, incarnation } = await this.ask(key, ['GET', key]);
        return { value: (reply as Buffer | null) ?? undefined, incarnation };
      }),
    );
  }

  protected async readStart(key: string, bytes: number): Promise<Buffer> {
    return (await this.ask(key, ['GETRANGE', key, '0', String(bytes - 1)])).reply as Buffer;
  }

  protected write(key: string, command: RedisCommand): Promise<unknown> {
    return this.cluster.sendCommand(key, false, command, AS_BYTES);
  }

  private async ask(key: string, command: RedisCommand): Promise<Said> {
    try {
      return await (await this.lifeOf(key)).ask(command);
    } catch (error) {
      if (!(error instanceof Error && error.message.startsWith('MOVED'))) throw error;
      // The client follows, and learns of all that has moved; then whoever has the key now is asked.
      await this.cluster.sendCommand(key, false, command, AS_BYTES);
      return (await this.lifeOf(key)).ask(command);
    }
  }

  private async lifeOf(key: string): Promise<RedisLife> {
    const shard = this.cluster.slots[slotOf(key)] as { readonly master: unknown } | undefined;
    if (shard === undefined) throw new Error('no server of the cluster is known that has the key');
    const client = await this.cluster.nodeClient(shard.master);
    let life = this.lives.get(client);
    if (life === undefined) this.lives.set(client, (life = this.begin(client)));
    return life;
  }

  private begin(client: RedisSingleClient): RedisLife {
    const life = new RedisLife(client);
    this.living.add(new WeakRef(life));
    return life;
  }
}
