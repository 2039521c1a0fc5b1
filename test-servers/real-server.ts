import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-port.js';
import { ready } from './readiness.js';
import type { ServerProcess } from './server-process.js';

const ATTEMPTS = 5;

const running = new Set<{ stop(): Promise<void> }>();

/** Stops all servers that the specs of a file have started. Call this function after the specs. */
export async function stopRealServers(): Promise<void> {
  const servers = [...running];
  running.clear();
  await Promise.all(servers.map(server => server.stop()));
}

export function stopAtTheEnd(server: { stop(): Promise<void> }): void {
  running.add(server);
}

/** A real server on its own port. Specs break and restore it. */
export abstract class RealServer {
  private process: ServerProcess | undefined;

  protected constructor(readonly port: number) {}

  /** Starts the server on a free port, or on another one if a process has taken the port meanwhile. */
  protected static async startSomewhere<Server extends RealServer>(
    create: (port: number) => Server | Promise<Server>,
  ): Promise<Server> {
    for (let attempt = 1; ; attempt++) {
      const server = await create(await freePort());
      try {
        await server.begin();
        return server;
      } catch (error) {
        await server.stop();
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** True if the program runs. It may still be starting, or be paused. */
  protected get isRunning(): boolean {
    return this.process?.isRunning ?? false;
  }

  /** The end of the output of the program. */
  protected get lastWords(): string {
    return this.process?.lastWords ?? '';
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** Starts the server again on the same port, after a kill too. */
  async restart(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      await this.kill();
      try {
        await this.begin();
        return;
      } catch (error) {
        // Another search for a free port may hold this port for a moment.
        if (attempt === ATTEMPTS) throw error;
        await pause(100);
      }
    }
  }

  /** Ends the server at once, as a crash does. */
  async kill(): Promise<void> {
    await this.process?.kill();
  }

  /** Pauses the server. The system accepts connections, but the server sends no reply. */
  async pause(): Promise<void> {
    const { process: child } = this;
    child?.signal('SIGSTOP');
    await ready('the server is paused', () => child?.isPaused() ?? Promise.resolve(true));
  }

  resume(): void {
    this.process?.signal('SIGCONT');
  }

  async stop(): Promise<void> {
    running.delete(this);
    await this.kill();
  }

  protected abstract launch(): Promise<ServerProcess>;
  protected abstract isReady(): Promise<boolean>;

  protected async begin(): Promise<void> {
    stopAtTheEnd(this);
    const process = await this.launch();
    this.process = process;
    const isReadyOrOver = async () => !process.isRunning || (await this.isReady());
    await ready(`the server on ${this.address} answers`, isReadyOrOver);
    if (!process.isRunning) throw new Error(`The server on ${this.address} did not start: ${process.lastWords}`);
  }
}
