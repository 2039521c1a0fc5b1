import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'redis';
import { RealServer } from './real-server.js';
import { ServerProcess } from './server-process.js';

/** The parts of a client that this file uses. */
interface Client {
  sendCommand(args: readonly string[]): Promise<unknown>;
  destroy(): void;
}

/** The number of attempts to connect to a running server. */
const ATTEMPTS = 20;

export interface RedisServerOptions {
  /** Further arguments of `redis-server`, which override those of this file. */
  readonly args?: readonly string[];
  /** The folder of its files. @default a temporary folder that `stop` removes */
  readonly dir?: string;
  /** The port. @default a free one */
  readonly port?: number;
  /** The text of a configuration file, if arguments do not suffice. */
  readonly config?: string;
}

/** A `redis-server` without automatic snapshots. After a restart it has the data of the last `command('SAVE')`, or none. */
export class RedisServer extends RealServer {
  private constructor(
    port: number,
    readonly dir: string,
    private readonly isTemporary: boolean,
    private readonly files: readonly string[],
    private readonly args: readonly string[],
  ) {
    super(port);
  }

  static async start({ args = [], dir, port, config }: RedisServerOptions = {}): Promise<RedisServer> {
    const create = async (on: number) => {
      const folder = dir ?? (await mkdtemp(join(tmpdir(), 'redis-')));
      const file = join(folder, 'redis.conf');
      if (config !== undefined) await writeFile(file, config);
      return new RedisServer(on, folder, dir === undefined, config === undefined ? [] : [file], args);
    };
    if (port === undefined) return RealServer.startSomewhere(create);
    const server = await create(port);
    await server.begin();
    return server;
  }

  get url(): string {
    return `redis://${this.address}`;
  }

  /**
   * Runs one command on its own connection. If a running server refuses the connection, the function tries again.
   *
   * @throws Error with the end of the output of the server
   */
  async command(...args: readonly string[]): Promise<unknown> {
    const client = await this.connected(ATTEMPTS);
    try {
      return await client.sendCommand([...args]);
    } finally {
      client.destroy();
    }
  }

  override async stop(): Promise<void> {
    await super.stop();
    if (this.isTemporary) await rm(this.dir, { recursive: true, force: true });
  }

  protected override launch(): Promise<ServerProcess> {
    const args = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.dir, '--save', '', '--appendonly', 'no'];
    return ServerProcess.launch('redis-server', [...this.files, ...args, ...this.args], this.isTemporary ? this.dir : undefined);
  }

  protected override async isReady(): Promise<boolean> {
    const client = await this.connected(1);
    try {
      return (await client.sendCommand(['PING'])) === 'PONG';
    } finally {
      client.destroy();
    }
  }

  private async connected(attempts: number): Promise<Client> {
    const client = createClient({ url: this.url, RESP: 2, socket: { reconnectStrategy: false, connectTimeout: 2000 } });
    // The promises below reject with the errors.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (error) {
      client.destroy();
      if (attempts === 1 || !this.isRunning) throw this.unconnected(error);
    }
    await pause(100);
    return this.connected(attempts - 1);
  }

  private unconnected(cause: unknown): Error {
    const { message } = cause as Error;
    const state = this.isRunning ? 'runs' : 'does not run';
    return new Error(`The Redis on ${this.address}, which ${state}, takes no connection: ${message}\n${this.lastWords}`, {
      cause,
    });
  }
}
