import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { monotonicMs } from './monotonic.js';

const EVERY_MS = 10;

/** Measures the response time of a server, from the process of the runner. The cache has no influence on this time. */
export class StoreWatch {
  /** The longest response time in milliseconds. */
  longestMs = 0;

  private constructor(
    private readonly socket: Socket,
    private readonly question: string,
  ) {}

  /** Starts the measurement. @param url the URL of a Redis or Memcached */
  static async of(url: string): Promise<StoreWatch> {
    const { protocol, hostname, port } = new URL(url);
    const socket = createConnection(Number(port), hostname);
    await once(socket, 'connect');
    socket.on('error', () => undefined);
    const watch = new StoreWatch(socket, protocol === 'memcached:' ? 'version\r\n' : 'PING\r\n');
    void watch.run();
    return watch;
  }

  stop(): void {
    this.socket.destroy();
  }

  private async run(): Promise<void> {
    let answered: () => void = () => undefined;
    for (const event of ['data', 'close']) this.socket.on(event, () => answered());
    while (!this.isOver()) {
      const startMs = monotonicMs();
      const answer = new Promise<void>(resolve => (answered = resolve));
      this.socket.write(this.question);
      await answer;
      if (!this.isOver()) this.longestMs = Math.max(this.longestMs, monotonicMs() - startMs);
      await pause(EVERY_MS);
    }
  }

  private isOver(): boolean {
    return this.socket.destroyed;
  }
}
