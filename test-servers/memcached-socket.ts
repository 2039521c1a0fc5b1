import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ServerProcess } from './server-process.js';

/** The number of attempts to connect to a server that starts. */
const ATTEMPTS = 100;

/** A `memcached` that listens on a Unix socket only. */
export class MemcachedSocket {
  private constructor(
    private readonly folder: string,
    private server: ServerProcess,
  ) {}

  static async start(): Promise<MemcachedSocket> {
    const folder = await mkdtemp(join(tmpdir(), 'memcached-'));
    return new MemcachedSocket(folder, await launch(folder));
  }

  get address(): string {
    return `unix://${pathIn(this.folder)}`;
  }

  async kill(): Promise<void> {
    await this.server.kill();
  }

  async restart(): Promise<void> {
    await this.kill();
    this.server = await launch(this.folder);
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

async function launch(folder: string): Promise<ServerProcess> {
  const user = process.getuid?.() === 0 ? ['-u', 'root'] : [];
  const server = await ServerProcess.launch('memcached', ['-s', pathIn(folder), ...user], folder);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await isReady(pathIn(folder))) return server;
    await pause(50);
  }
  throw new Error(`Memcached does not answer at ${pathIn(folder)}: ${server.lastWords}`);
}

async function isReady(path: string): Promise<boolean> {
  const socket = createConnection(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    // The socket does not exist yet.
    return false;
  } finally {
    socket.destroy();
  }
}

function pathIn(folder: string): string {
  return join(folder, 'memcached.sock');
}
