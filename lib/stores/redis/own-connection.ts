import { inTime, startDeadline } from '../../time/deadline.js';
import type { RedisSingleClient } from './node-redis-client.js';

/** Milliseconds between two pings. */
const PING_MS = 2000;
/** Milliseconds without a reply to a ping or to the first commands after which a connection counts as dead, whatever its TCP state is. */
const SILENCE_MS = 6000;
/** Milliseconds after its last use during which the connection keeps the process alive, for retries. */
const LINGER_MS = 2000;

const LATE = Symbol('late');

/** A client that this library has created. */
export type OwnClient = RedisSingleClient & { ref(): void; unref(): void };

/**
 * Sends pings over the connection of a client, and replaces the connection if no reply comes. The client's own `socketTimeout` would also
 * count the time in which this process is too busy to read a reply. An idle connection does not keep the process alive.
 */
export class OwnConnection {
  private isHeld = true;
  private isEnded = false;
  private readonly idle: NodeJS.Timeout;
  private readonly pings: NodeJS.Timeout;
  private cancelHandshake = (): unknown => undefined;

  constructor(
    private readonly client: OwnClient,
    pingMs = PING_MS,
    private readonly silenceMs = SILENCE_MS,
  ) {
    this.idle = setTimeout(() => {
      this.isHeld = false;
      client.unref();
    }, LINGER_MS).unref();
    this.pings = setInterval(() => {
      if (client.isReady) void this.ping();
    }, pingMs).unref();
    client.on('connect', () => {
      this.cancelHandshake = startDeadline(silenceMs, this.replace, false);
    });
    client.on('error', () => this.cancelHandshake());
    client.on('ready', () => {
      this.cancelHandshake();
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
    this.isEnded = true;
    clearTimeout(this.idle);
    clearInterval(this.pings);
    this.cancelHandshake();
  }

  private async ping(): Promise<void> {
    // If the connection breaks, the client itself connects again.
    const reply = this.client.sendCommand(['PING']).catch(() => undefined);
    if ((await inTime(reply, this.silenceMs, LATE, false)) === LATE) this.replace();
  }

  private readonly replace = (): void => {
    if (this.isEnded) return;
    this.client.destroy();
    // A handshake in progress must have failed before the client can connect again. It then retries by itself, and emits the errors.
    setImmediate(() => {
      if (!this.isEnded && !this.client.isOpen) this.client.connect().catch(() => undefined);
    });
  };
}
