import type { Found } from '../shared/driver.js';
import { AS_BYTES, type RedisCommand, type RedisSentinelClient } from './redis-client.js';
import { RedisDriver } from './redis-driver.js';
import { incarnationIn } from './redis-life.js';

interface Transaction {
  addCommand(isReadonly: boolean, command: RedisCommand): Transaction;
  exec(): Promise<unknown[]>;
}

/**
 * The primary that a Sentinel names. The client changes its connections by itself, so which life of which server answers is asked
 * with every question, in one transaction.
 */
export class RedisSentinel extends RedisDriver {
  constructor(private readonly sentinel: RedisSentinelClient) {
    super(sentinel);
  }

  protected async read(keys: readonly string[]): Promise<readonly Found[]> {
    const { reply, incarnation } = await this.ask(['MGET', ...keys]);
    return (reply as (Buffer | null)[]).map(value => ({ value: value ?? undefined, incarnation }));
  }

  protected async readStart(key: string, bytes: number): Promise<Buffer> {
    return (await this.ask(['GETRANGE', key, '0', String(bytes - 1)])).reply as Buffer;
  }

  protected async write(_key: string, command: RedisCommand): Promise<unknown> {
    return this.sentinel.sendCommand(false, command, AS_BYTES);
  }

  private async ask(command: RedisCommand): Promise<{ readonly reply: unknown; readonly incarnation: string }> {
    const transaction = this.sentinel.withTypeMapping(AS_BYTES.typeMapping).multi() as Transaction;
    const [server, replication, reply] = await transaction
      .addCommand(false, ['INFO', 'server'])
      .addCommand(false, ['INFO', 'replication'])
      .addCommand(false, command)
      .exec();
    return { reply, incarnation: incarnationIn(`${String(server)}${String(replication)}`) };
  }
}
