import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createClient } from 'redis';
import { ready } from '../../test-servers/readiness.js';
import { ServerProcess } from '../../test-servers/server-process.js';
import { commandOn, SHARED_ADDRESS, type Side } from './sides.js';

export const PORT = 6379;

/** A primary refuses writes one second after its replicas stop to answer, as `docs/scaling.md` requires. */
const SAFE = ['--min-replicas-to-write', '1', '--min-replicas-max-lag', '1', '--repl-ping-replica-period', '1'];
const AT_ONCE = ['--repl-diskless-sync-delay', '0'];

/** A Redis on one side of a network. The runner sends its commands over a Unix socket, so a split does not stop them. */
export class SplitRedis {
  private constructor(
    readonly side: Side,
    private readonly folder: string,
    private readonly process: ServerProcess,
  ) {}

  static async on(side: Side): Promise<SplitRedis> {
    const folder = await mkdtemp(join(tmpdir(), 'split-'));
    const [command = '', ...args] = commandOn(side, 'redis-server');
    const own = ['--port', String(PORT), '--bind', side.address, '--protected-mode', 'no', '--dir', folder];
    const rest = ['--unixsocket', join(folder, 'redis.sock'), '--save', '', '--appendonly', 'no', ...SAFE, ...AT_ONCE];
    const server = new SplitRedis(side, folder, await ServerProcess.launch(command, [...args, ...own, ...rest], folder));
    await ready('the Redis answers', async () => (await server.command('PING')) === 'PONG');
    return server;
  }

  async lead(): Promise<void> {
    await this.command('CONFIG', 'SET', 'bind', `${this.side.address} ${SHARED_ADDRESS}`);
    await this.command('REPLICAOF', 'NO', 'ONE');
  }

  /** Makes the server a replica, and closes the connections of its clients. */
  async follow({ side }: SplitRedis): Promise<void> {
    await this.command('CONFIG', 'SET', 'bind', this.side.address);
    await this.command('REPLICAOF', side.address, String(PORT));
    await this.command('CLIENT', 'KILL', 'TYPE', 'normal');
    await ready('the replica follows', async () => String(await this.command('ROLE')).includes('connected'));
  }

  async stop(): Promise<void> {
    await this.process.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async command(...args: readonly string[]): Promise<unknown> {
    const path = join(this.folder, 'redis.sock');
    const client = createClient({ RESP: 2, socket: { path, tls: false, reconnectStrategy: false, connectTimeout: 2000 } });
    // The promises below reject with the errors.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.sendCommand([...args]);
    } finally {
      client.destroy();
    }
  }
}
