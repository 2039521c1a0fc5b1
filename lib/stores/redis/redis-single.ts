import type { Found } from '../shared/driver.js';
import type { ServerClient } from './driver-client.js';
import type { OwnConnection } from './own-connection.js';
import type { RedisCommand } from './redis-commands.js';
import { RedisDriver } from './redis-driver.js';
import { RedisServerIdentity } from './redis-server-identity.js';

/** One server. */
export class RedisSingle extends RedisDriver {
  private readonly identity: RedisServerIdentity;

  constructor(
    private readonly server: ServerClient,
    connection?: OwnConnection,
  ) {
    super(server, connection);
    this.identity = new RedisServerIdentity(server);
  }

  override async close(): Promise<void> {
    await super.close();
    this.identity.end();
  }

  protected async read(keys: readonly string[]): Promise<readonly Found[]> {
    this.requireReady();
    const { reply, incarnation } = await this.identity.send(['MGET', ...keys]);
    return (reply as (Buffer | null)[]).map(value => ({ value: value ?? undefined, incarnation }));
  }

  protected async readStart(key: string, bytes: number): Promise<Buffer> {
    this.requireReady();
    return (await this.identity.send(['GETRANGE', key, '0', String(bytes - 1)])).reply as Buffer;
  }

  protected async write(_key: string, command: RedisCommand): Promise<unknown> {
    this.requireReady();
    return this.server.send(command);
  }

  /** Otherwise the client would queue the command, and send it at an unknown time. */
  private requireReady(): void {
    if (!this.server.isReady) throw this.notReady();
  }
}
