import { AS_BYTES, type RedisCommand, type RedisSingleClient } from './redis-client.js';

/** Whatever may mean that the next reply comes from another life of the server. */
const TURNS = ['connect', 'ready', 'reconnecting', 'error', 'end', 'terminated'] as const;

/** A reply, and which life of the server gave it. */
export interface Said {
  readonly reply: unknown;
  readonly incarnation: string;
}

/**
 * One connection to one server, and which life of the server is at its other end: a server that restarts, or a replica in its place,
 * may have older data than was acknowledged. The life is learnt on every new connection, and a reply that comes when the connection
 * is not the one of its question any more is not used.
 */
export class RedisLife {
  private connection = 0;
  private known: { readonly connection: number; readonly incarnation: string } | undefined;

  constructor(private readonly client: RedisSingleClient) {
    for (const turn of TURNS) {
      client.on(turn, () => {
        this.connection++;
      });
    }
  }

  /** @throws when the connection is not ready, or is lost before the reply */
  async ask(command: RedisCommand): Promise<Said> {
    const incarnation = await this.incarnation();
    const { connection } = this;
    const reply = await this.client.sendCommand(command, AS_BYTES);
    if (connection !== this.connection) throw new Error('the connection was lost before the reply came');
    return { reply, incarnation };
  }

  private async incarnation(): Promise<string> {
    // Else the client would queue what it is given, and send it to whoever is there when it has connected.
    if (!this.client.isReady) throw new Error('the connection to Redis is not ready');
    if (this.known?.connection === this.connection) return this.known.incarnation;
    const { connection } = this;
    const info = await this.client.sendCommand(['INFO']);
    const [, runId] = /^run_id:(\w+)/m.exec(String(info)) ?? [];
    const [, role] = /^role:(\w+)/m.exec(String(info)) ?? [];
    const incarnation = incarnationOf(runId, role);
    if (connection !== this.connection) throw new Error('the connection was lost before the reply came');
    this.known = { connection, incarnation };
    return incarnation;
  }
}

/** @throws where the server is not the one that changes are written to */
export function incarnationOf(runId: string | undefined, role: string | undefined): string {
  if (runId === undefined) throw new Error('Redis does not tell its run_id (INFO server)');
  // What a replica has may be older than what was acknowledged, at any time.
  if (role === 'slave') {
    throw new Error('Redis is a replica; the cache needs the primary. With Sentinel, hand in a createSentinel client');
  }
  return runId.slice(0, 16);
}
