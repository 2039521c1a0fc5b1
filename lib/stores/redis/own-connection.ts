import type { RedisSingleClient } from './redis-client.js';

/** Milliseconds between two pings. A connection without data counts as dead, whatever its TCP state is. */
const PING_MS = 2000;
/** Milliseconds after its last use during which the connection keeps the process alive, for retries. */
const LINGER_MS = 2000;

/** A client that this library has created. */
export type OwnClient = RedisSingleClient & { ref(): void; unref(): void };

/** Sends pings over the connection of a client. An idle connection does not keep the process alive. */
export class OwnConnection {
  private isHeld = true;
  private readonly idle: NodeJS.Timeout;
  private readonly pings: NodeJS.Timeout;

  constructor(private readonly client: OwnClient) {
    this.idle = setTimeout(() => {
      this.isHeld = false;
      client.unref();
    }, LINGER_MS).unref();
    this.pings = setInterval(() => {
      // If a ping fails, the client closes the connection because no data arrives.
      if (client.isReady) client.sendCommand(['PING']).catch(() => undefined);
    }, PING_MS).unref();
    client.on('ready', () => {
      this.use();
    });
  }

  /** Called before each use: the process stays alive until the reply. */
  use(): void {
    this.idle.refresh();
    if (this.isHeld) return;
    this.isHeld = true;
    this.client.ref();
  }

  end(): void {
    clearTimeout(this.idle);
    clearInterval(this.pings);
  }
}
