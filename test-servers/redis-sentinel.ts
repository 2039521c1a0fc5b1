import { ready } from './readiness.js';
import { RedisServer } from './redis-server.js';

/** The name of the master for the sentinels. */
const NAME = 'main';

export interface RedisSentinelOptions {
  /** The number of sentinels: 1 decides alone, of 3 two must agree. @default 1 */
  readonly sentinels?: 1 | 3;
}

/** A master, its replica, and the sentinels that promote the replica if the master fails. */
export class RedisSentinel {
  readonly name = NAME;

  private constructor(
    readonly master: RedisServer,
    readonly replica: RedisServer,
    readonly sentinels: readonly RedisServer[],
  ) {}

  static async start({ sentinels: count = 1 }: RedisSentinelOptions = {}): Promise<RedisSentinel> {
    const master = await RedisServer.start({ args: ['--repl-diskless-sync-delay', '0'] });
    const replica = await RedisServer.start({ args: ['--replicaof', '127.0.0.1', String(master.port)] });
    // Sentinels ask a master for its replicas at their start, and then only every ten seconds.
    await ready('the replica follows its master', async () => roleOf(await replica.command('ROLE')) === 'slave connected');
    const sentinels = await Promise.all(Array.from({ length: count }, () => startSentinel(master, count === 1 ? 1 : 2)));
    const group = new RedisSentinel(master, replica, sentinels);
    await ready('the sentinels know the replica and each other', () => group.isReady());
    return group;
  }

  /** The addresses of the sentinels, in the form for clients. */
  get rootNodes(): readonly { host: string; port: number }[] {
    return this.sentinels.map(({ port }) => ({ host: '127.0.0.1', port }));
  }

  /** Kills the master, and waits until the replica has replaced it. */
  async failover(): Promise<void> {
    await this.master.kill();
    await ready('the replica is promoted', async () => {
      const addresses = await Promise.all(
        this.sentinels.map(sentinel => sentinel.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', NAME)),
      );
      const isKnown = addresses.every(address => String(address) === `127.0.0.1,${this.replica.port}`);
      return isKnown && roleOf(await this.replica.command('ROLE')).startsWith('master');
    });
  }

  async stop(): Promise<void> {
    await Promise.all([...this.sentinels, this.replica, this.master].map(server => server.stop()));
  }

  private async isReady(): Promise<boolean> {
    const others = String(this.sentinels.length - 1);
    const views = await Promise.all(this.sentinels.map(sentinel => sentinel.command('SENTINEL', 'MASTER', NAME)));
    return views.every(view => fieldOf(view, 'num-slaves') === '1' && fieldOf(view, 'num-other-sentinels') === others);
  }
}

function startSentinel(master: RedisServer, quorum: number): Promise<RedisServer> {
  const config = `sentinel monitor ${NAME} 127.0.0.1 ${master.port} ${quorum}
sentinel down-after-milliseconds ${NAME} 500
sentinel failover-timeout ${NAME} 2000
`;
  return RedisServer.start({ config, args: ['--sentinel'] });
}

function roleOf(role: unknown): string {
  return Array.isArray(role) ? `${String(role[0])} ${String(role[3])}` : '';
}

/** Returns a field of a reply that lists names and values in turn. */
function fieldOf(reply: unknown, name: string): unknown {
  return Array.isArray(reply) ? reply[reply.indexOf(name) + 1] : undefined;
}
