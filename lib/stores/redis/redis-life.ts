import { AS_BYTES, type RedisCommand, type RedisSingleClient } from './redis-client.js';

/** Whatever may mean that the next reply comes from another life of the server. */
const TURNS = ['connect', 'ready', 'reconnecting', 'error', 'end', 'terminated'] as const;

/** Milliseconds after which a server is asked again who it is, along with a question: a primary may be demoted under its connections. */
const ASK_AGAIN_MS = 250;

/** A reply, and which life of the server gave it. */
export interface Said {
  readonly reply: unknown;
  readonly incarnation: string;
}

interface Known {
  readonly connection: number;
  readonly incarnation: string;
  /** As `performance.now()` counts. */
  readonly untilMs: number;
}

/**
 * One connection to one server, and which life of the server is at its other end: a server that restarts, or a replica in its place,
 * may have older data than was acknowledged. The life is learnt on every new connection, and a reply that comes when the connection
 * is not the one of its question any more is not used.
 */
export class RedisLife {
  private connection = 0;
  private known: Known | undefined;

  constructor(private readonly client: RedisSingleClient) {
    for (const turn of TURNS) {
      client.on(turn, () => {
        this.connection++;
      });
    }
  }

  /** @throws when the connection is not ready, or is lost before the reply */
  async ask(command: RedisCommand): Promise<Said> {
    // Else the client would queue what it is given, and send it to whoever is there when it has connected.
    if (!this.client.isReady) throw new Error('the connection to Redis is not ready');
    const { connection, known } = this;
    const isKnown = known?.connection === connection && performance.now() < known.untilMs;
    // In this order: who answers the second was there when the first was answered.
    const asked = this.client.sendCommand(command, AS_BYTES);
    const [reply, incarnation] = await Promise.all([asked, isKnown ? known.incarnation : this.learn(connection)]);
    if (connection !== this.connection) throw new Error('the connection was lost before the reply came');
    return { reply, incarnation };
  }

  private async learn(connection: number): Promise<string> {
    const incarnation = incarnationIn(String(await this.client.sendCommand(['INFO'])));
    this.known = { connection, incarnation, untilMs: performance.now() + ASK_AGAIN_MS };
    return incarnation;
  }
}

/**
 * The life of a server, and its time as a primary: one that was demoted and promoted again has copied what another had.
 *
 * @param info what `INFO` says of server and replication
 * @throws where the server is not the one that changes are written to
 */
export function incarnationIn(info: string): string {
  const field = (name: string): string | undefined => new RegExp(`^${name}:(\\w+)`, 'm').exec(info)?.[1];
  // What a replica has may be older than what was acknowledged, at any time.
  if (field('role') === 'slave') {
    throw new Error('Redis is a replica; the cache needs the primary. With Sentinel, hand in a createSentinel client');
  }
  // Told where `min-replicas-to-write` is set: it may be cut off, and another may be the primary by now.
  if (field('min_slaves_good_slaves') === '0') {
    throw new Error('Redis has lost its replicas (min-replicas-to-write); it may not be the primary any more');
  }
  const [life, reign] = [field('run_id'), field('master_replid')];
  if (life === undefined || reign === undefined) throw new Error('Redis does not tell its run_id and master_replid (INFO)');
  return `${life.slice(0, 12)}.${reign.slice(0, 12)}`;
}
