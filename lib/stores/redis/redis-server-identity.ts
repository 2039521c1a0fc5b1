import { explained } from './redis-access.js';
import { AS_BYTES, type RedisCommand, type RedisSingleClient } from './redis-client.js';

/** Whatever may mean that the next reply comes from another life of the server. */
const CONNECTION_EVENTS = ['connect', 'ready', 'reconnecting', 'error', 'end', 'terminated'] as const;

/** Milliseconds after which a server is asked again whether it is the primary: it may be demoted under its connections. */
const ASK_AGAIN_MS = 1000;

/** A reply, and which life of the server gave it. */
export interface IdentifiedReply {
  readonly reply: unknown;
  readonly incarnation: string;
}

interface Identity {
  readonly runId: string;
  replicationId: string;
  /** As `performance.now()` counts. */
  askAgainAtMs: number;
}

/**
 * One connection to one server, and which life of the server is at its other end: a server that restarts, or a replica in its place,
 * may have older data than was acknowledged. The life is learnt on every new connection, and a reply that comes when the connection
 * is not the one of its question any more is not used.
 */
export class RedisServerIdentity {
  private connection = 0;
  private identity: Identity | undefined;
  private identifying: Promise<void> | undefined;

  constructor(private readonly client: RedisSingleClient) {
    for (const onConnectionEvent of CONNECTION_EVENTS) client.on(onConnectionEvent, this.onConnectionEvent);
  }

  /** Leaves the client as it was. */
  end(): void {
    for (const onConnectionEvent of CONNECTION_EVENTS) this.client.off(onConnectionEvent, this.onConnectionEvent);
  }

  /** @throws when the connection is not ready or is lost before the reply, and where the server is not the primary */
  async send(command: RedisCommand): Promise<IdentifiedReply> {
    // Else the client would queue what it is given, and send it to whoever is there when it has connected.
    if (!this.client.isReady) throw new Error('the connection to Redis is not ready');
    if (this.identity === undefined) await (this.identifying ??= this.identify(this.connection));
    const { connection, identity } = this;
    if (identity === undefined) throw new Error('the connection to Redis was lost');

    const isDue = performance.now() >= identity.askAgainAtMs;
    if (isDue) identity.askAgainAtMs = performance.now() + ASK_AGAIN_MS;
    // In this order: who answers the second was there when the first was answered.
    const asked = this.client.sendCommand(command, AS_BYTES);
    const [reply] = await Promise.all([asked, isDue ? this.checkReplicationId(identity) : undefined]);
    if (connection !== this.connection) throw new Error('the connection was lost before the reply came');
    return { reply, incarnation: `${identity.runId}.${identity.replicationId}` };
  }

  private readonly onConnectionEvent = (): void => {
    this.connection++;
    this.identity = undefined;
    this.identifying = undefined;
  };

  private async identify(connection: number): Promise<void> {
    try {
      const [server, replication] = await Promise.all([
        this.client.sendCommand(['INFO', 'server']),
        this.client.sendCommand(['INFO', 'replication']),
      ]);
      if (connection !== this.connection) throw new Error('the connection was lost before the reply came');
      const askAgainAtMs = performance.now() + ASK_AGAIN_MS;
      this.identity = { runId: runIdIn(String(server)), replicationId: replicationIdIn(String(replication)), askAgainAtMs };
    } catch (error) {
      throw explained(error);
    } finally {
      if (connection === this.connection) this.identifying = undefined;
    }
  }

  private async checkReplicationId(identity: Identity): Promise<void> {
    try {
      identity.replicationId = replicationIdIn(String(await this.client.sendCommand(['INFO', 'replication'])));
    } catch (error) {
      this.identity = undefined;
      throw error;
    }
  }
}

/** @param info what `INFO server` says */
export function runIdIn(info: string): string {
  const runId = fieldIn(info, 'run_id');
  if (runId === undefined) throw new Error('Redis does not tell its run_id (INFO server)');
  return runId.slice(0, 12);
}

/**
 * A server's time as the primary: one that was demoted and promoted again has copied what another had.
 *
 * @param info what `INFO replication` says
 * @throws where the server is not the one that changes are written to
 */
export function replicationIdIn(info: string): string {
  // What a replica has may be older than what was acknowledged, at any time.
  if (fieldIn(info, 'role') === 'slave') {
    throw new Error('Redis is a replica; the cache needs the primary. With Sentinel, hand in a createSentinel client');
  }
  // Told where `min-replicas-to-write` is set: it may be cut off, and another may be the primary by now.
  if (fieldIn(info, 'min_slaves_good_slaves') === '0') {
    throw new Error('Redis has lost its replicas (min-replicas-to-write); it may not be the primary any more');
  }
  const reign = fieldIn(info, 'master_replid');
  if (reign === undefined) throw new Error('Redis does not tell its master_replid (INFO replication)');
  return reign.slice(0, 12);
}

function fieldIn(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(\\w+)`, 'm').exec(info)?.[1];
}
