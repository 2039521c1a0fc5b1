import type { MemcacheClient, MultiCasRetrievalResponse, MultiRetrievalResponse } from 'memcache-client';

/** The replies of Memcached to a command whose condition is false. The command has no effect, and is not an error. */
const CONDITION_FAILED = ['NOT_STORED', 'EXISTS', 'NOT_FOUND'];

/** Returns true if the client rejected a command because of such a reply. */
function isConditionFailed(error: unknown): boolean {
  const [word = ''] = (error as { cmdTokens?: readonly string[] }).cmdTokens ?? [];
  return CONDITION_FAILED.includes(word);
}

/** The maximum relative expiration in seconds. Memcached reads a larger number as a time since the epoch. */
const MAX_RELATIVE_S = 30 * 24 * 60 * 60;

/** Memcached reads expirations as signed numbers of 32 bits. */
const LATEST_S = 2 ** 31 - 1;

/** An expiration in the past: Memcached deletes the value at once. Its command to delete has no condition. */
export const EXPIRED = -1;

/** No expiration. Memcached may still evict the value. */
export const NO_EXPIRATION = 0;

/**
 * Converts a lifetime to an expiration of Memcached. Memcached counts whole seconds of its own clock, which may be about to tick. One
 * second is added, so that no value expires too early.
 */
export function toExptime(lifetimeMs: number, nowMs: number): number {
  const seconds = Math.ceil(lifetimeMs / 1000) + 1;
  if (seconds <= MAX_RELATIVE_S) return seconds;
  const at = Math.ceil(nowMs / 1000) + seconds;
  return at > LATEST_S ? NO_EXPIRATION : at;
}

/** The maximum bytes of pending commands to one server. A server that never replies must not fill the memory of the process. */
const MAX_BYTES_UNDER_WAY = 32 * 1024 * 1024;

/** The memory of a command without its value: its text and its promises. */
const BYTES_PER_COMMAND = 1024;

/** A value, and the version that `replace` must find. */
export interface Versioned {
  readonly value: Buffer;
  readonly version: string | number;
}

/** One Memcached server. Its operations reject at once if too many bytes are pending. */
export class MemcachedServer {
  private bytesUnderWay = 0;
  private isClosed = false;

  constructor(
    /** The name by which keys are distributed. It is the same in all processes. */
    readonly name: string,
    private readonly client: MemcacheClient,
    private readonly isOwn: boolean,
  ) {}

  /** @returns the values of the present keys */
  async getMany(keys: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
    const found = await this.send(0, () => this.client.get<MultiRetrievalResponse>([...keys]));
    return new Map(Object.entries(found).map(([key, { value }]) => [key, bytesOf(value)]));
  }

  async getVersioned(key: string): Promise<Versioned | undefined> {
    const found = await this.send(0, () => this.client.gets<MultiCasRetrievalResponse>([key]));
    const [entry] = Object.values(found);
    return entry && { value: bytesOf(entry.value), version: entry.casUniq };
  }

  async set(key: string, value: Buffer, lifetime: number): Promise<void> {
    await this.send(value.length, () => this.client.set(key, value, { lifetime }));
  }

  /** @returns false if the key has a value already */
  add(key: string, value: Buffer, lifetime: number): Promise<boolean> {
    return this.isDone(value.length, () => this.client.add(key, value, { lifetime }));
  }

  /** @returns false if the key has another value, or none */
  replace(key: string, version: string | number, value: Buffer, lifetime: number): Promise<boolean> {
    return this.isDone(value.length, () => this.client.cas(key, value, { lifetime, casUniq: version }));
  }

  async delete(key: string): Promise<void> {
    await this.isDone(0, () => this.client.delete(key));
  }

  async touch(key: string, lifetime: number): Promise<void> {
    await this.isDone(0, () => this.client.touch(key, lifetime));
  }

  /** Connects, unless it is connected. */
  async ping(): Promise<void> {
    await this.send(0, () => this.client.version());
  }

  close(): void {
    this.isClosed = true;
    if (this.isOwn) this.client.shutdown();
  }

  private async isDone(bytes: number, command: () => Promise<unknown>): Promise<boolean> {
    try {
      await this.send(bytes, command);
      return true;
    } catch (error) {
      if (!isConditionFailed(error)) throw error;
      return false;
    }
  }

  private async send<Answer>(bytes: number, command: () => Promise<Answer>): Promise<Answer> {
    if (this.isClosed) throw new Error(`The connection to Memcached at ${this.name} is closed.`);
    const cost = bytes + BYTES_PER_COMMAND;
    if (this.bytesUnderWay + cost > MAX_BYTES_UNDER_WAY) throw new Error(`Memcached at ${this.name} does not answer.`);
    this.bytesUnderWay += cost;
    try {
      return await command();
    } finally {
      this.bytesUnderWay -= cost;
    }
  }
}

/** Values of this library are bytes. Other values under its keys were written by others, and are compared as they are. */
function bytesOf(value: unknown): Buffer {
  return Buffer.isBuffer(value) ? value : Buffer.from(String(value));
}
