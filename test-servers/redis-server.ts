import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createClient } from 'redis';
import { RealServer } from './real-server.js';
import { ServerProcess } from './server-process.js';

/** What is needed of a client. */
interface Client {
  sendCommand(args: readonly string[]): Promise<unknown>;
  destroy(): void;
}

/** How often a server that runs is asked to take a connection. */
const ATTEMPTS = 20;

export interface RedisServerOptions {
  /** Further arguments of `redis-server`; they win over those given here. */
  readonly args?: readonly string[];
  /** Where it keeps its files. Default: a temporary folder that `stop` removes. */
  readonly dir?: string;
  /** Default: a free one. */
  readonly port?: number;
  /** The text of a configuration file, where arguments are not enough. */
  readonly config?: string;
}

/** A `redis-server` that saves nothing by itself: it comes back empty, or with what `command('SAVE')` has written to its folder. */
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
   * Runs one command on a connection of its own. A server that runs and takes no connection now is asked again.
   *
   * @throws with the end of what the server has said
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
    // What fails is told by the promises.
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
