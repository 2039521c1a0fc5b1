import type { ServerClient } from './driver-client.js';
import { explained } from './redis-access.js';
import type { RedisCommand } from './redis-commands.js';

/** Milliseconds after which the role of a server is checked again, because a primary may be demoted without closing its connections. */
const ASK_AGAIN_MS = 1000;

/** A reply with the incarnation of its server. */
export interface IdentifiedReply {
  readonly reply: unknown;
  readonly incarnation: string;
}

interface Identity {
  readonly runId: string;
  replicationId: string;
  /** Milliseconds of `performance.now()`. */
  askAgainAtMs: number;
}

/**
 * One connection to one server, with the incarnation of the server. A server that restarts, or a replica that replaces it, may have older
 * data than it has acknowledged. Every new connection reads the incarnation. If the connection has changed since a command was sent, its
 * reply is discarded.
 */
export class RedisServerIdentity {
  private connection = 0;
  private identity: Identity | undefined;
  private identifying: Promise<void> | undefined;

  /** Removes the listeners from the client. */
  readonly end: () => void;

  constructor(private readonly client: ServerClient) {
    this.end = client.onConnectionChange(() => {
      this.connection++;
      this.identity = undefined;
      this.identifying = undefined;
    });
  }

  /** @throws if the connection is not ready, if it is lost before the reply, or if the server is not the primary */
  async send(command: RedisCommand): Promise<IdentifiedReply> {
    // Otherwise the client would queue the command, and send it to an unknown server after the next connection.
    if (!this.client.isReady) throw new Error('the connection to Redis is not ready');
    if (this.identity === undefined) await (this.identifying ??= this.identify(this.connection));
    const { connection, identity } = this;
    if (identity === undefined) throw new Error('the connection to Redis was lost');

    const isDue = performance.now() >= identity.askAgainAtMs;
    if (isDue) identity.askAgainAtMs = performance.now() + ASK_AGAIN_MS;
    // In this order: the server of the second reply also gave the first reply.
    const asked = this.client.send(command);
    const [reply] = await Promise.all([asked, isDue ? this.checkReplicationId(identity) : undefined]);
    if (connection !== this.connection) throw new Error('the connection was lost before the reply came');
    return { reply, incarnation: `${identity.runId}.${identity.replicationId}` };
  }

  private async identify(connection: number): Promise<void> {
    try {
      const [server, replication] = await Promise.all([
        this.client.send(['INFO', 'server']),
        this.client.send(['INFO', 'replication']),
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
      identity.replicationId = replicationIdIn(String(await this.client.send(['INFO', 'replication'])));
    } catch (error) {
      this.identity = undefined;
      throw error;
    }
  }
}

/** @param info the reply to `INFO server` */
export function runIdIn(info: string): string {
  const runId = fieldIn(info, 'run_id');
  if (runId === undefined) throw new Error('Redis does not report its run_id (INFO server)');
  return runId.slice(0, 12);
}

/**
 * Identifies a server's term as the primary: after a demotion and a promotion, its data may be a copy of another server's.
 *
 * @param info the reply to `INFO replication`
 * @throws if the server is not the primary
 */
export function replicationIdIn(info: string): string {
  // The data of a replica may be older than acknowledged writes, at any time.
  if (fieldIn(info, 'role') === 'slave') {
    throw new Error(
      'Redis is a replica; the cache needs the primary. With Sentinel, pass a client of createSentinel, or of ioredis with role master',
    );
  }
  // Reported if `min-replicas-to-write` is set: the server may be isolated, and another may be the primary.
  if (fieldIn(info, 'min_slaves_good_slaves') === '0') {
    throw new Error('Redis has lost its replicas (min-replicas-to-write); it may not be the primary any more');
  }
  const reign = fieldIn(info, 'master_replid');
  if (reign === undefined) throw new Error('Redis does not report its master_replid (INFO replication)');
  return reign.slice(0, 12);
}

function fieldIn(info: string, name: string): string | undefined {
  return new RegExp(`^${name}:(\\w+)`, 'm').exec(info)?.[1];
}
