import type { Found } from '../shared/driver.js';
import type { SentinelClient } from './driver-client.js';
import type { RedisCommand } from './redis-commands.js';
import { RedisDriver } from './redis-driver.js';
import { replicationIdIn, runIdIn, type IdentifiedReply } from './redis-server-identity.js';

/** Runs a command and reads the identity of the server, in one step. */
const ASK = `local reply = redis.call(unpack(ARGV))
return { reply, redis.call('INFO', 'server'), redis.call('INFO', 'replication') }`;

/**
 * The primary behind a Sentinel. The client changes its connections automatically, so every command also reads the incarnation of the
 * server.
 */
export class RedisSentinel extends RedisDriver {
  constructor(private readonly sentinel: SentinelClient) {
    super(sentinel);
  }

  protected async read(keys: readonly string[]): Promise<readonly Found[]> {
    const { reply, incarnation } = await this.sendTo(['MGET', ...keys]);
    return (reply as (Buffer | null)[]).map(value => ({ value: value ?? undefined, incarnation }));
  }

  protected async readStart(key: string, bytes: number): Promise<Buffer> {
    return (await this.sendTo(['GETRANGE', key, '0', String(bytes - 1)])).reply as Buffer;
  }

  protected async write(_key: string, command: RedisCommand): Promise<unknown> {
    return this.sentinel.send(command);
  }

  private async sendTo(command: RedisCommand): Promise<IdentifiedReply> {
    const said = (await this.sentinel.send(['EVAL', ASK, '0', ...command])) as readonly unknown[];
    const [reply, server, replication] = said;
    return { reply, incarnation: `${runIdIn(String(server))}.${replicationIdIn(String(replication))}` };
  }
}
