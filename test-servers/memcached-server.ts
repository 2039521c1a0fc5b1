import { once } from 'node:events';
import { createConnection } from 'node:net';
import { RealServer } from './real-server.js';
import { ServerProcess } from './server-process.js';

/** A `memcached`. It is always empty after a restart. */
export class MemcachedServer extends RealServer {
  private constructor(
    port: number,
    private readonly args: readonly string[],
  ) {
    super(port);
  }

  /** @param args further arguments of `memcached` */
  static start(args: readonly string[] = []): Promise<MemcachedServer> {
    return RealServer.startSomewhere(port => new MemcachedServer(port, args));
  }

  protected override launch(): Promise<ServerProcess> {
    // Without this option memcached refuses to run as root.
    const user = process.getuid?.() === 0 ? ['-u', 'root'] : [];
    return ServerProcess.launch('memcached', ['-l', '127.0.0.1', '-p', String(this.port), '-U', '0', ...user, ...this.args]);
  }

  protected override async isReady(): Promise<boolean> {
    const socket = createConnection(this.port, '127.0.0.1');
    try {
      socket.write('version\r\n');
      const [answer] = (await once(socket, 'data')) as [Buffer];
      return answer.toString().startsWith('VERSION');
    } finally {
      socket.destroy();
    }
  }
}
