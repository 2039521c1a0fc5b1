import type { RedisSingleClient } from './redis-client.js';

/** A connection over which nothing comes is dead, whatever TCP says: it is asked for a sign of life as often as this. */
const PING_MS = 2000;
/** Milliseconds after its last use for which the connection keeps the process: what failed is tried again in that time. */
const LINGER_MS = 2000;

/** A client that this library has made. */
export type OwnClient = RedisSingleClient & { ref(): void; unref(): void };

/** Keeps the connection of a client alive, and lets a process end that has nothing else to do. */
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
      // A ping that fails says no more than the silence that the client closes the connection for.
      if (client.isReady) client.sendCommand(['PING']).catch(() => undefined);
    }, PING_MS).unref();
    client.on('ready', () => {
      this.use();
    });
  }

  /** To be called before each use: the process stays for the answer. */
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
