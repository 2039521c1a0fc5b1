import type { Driver, Found } from '../shared/driver.js';
import type { DriverClient, RemoveListener } from './driver-client.js';
import type { OwnConnection } from './own-connection.js';
import { explained, explainedConnection, NOT_CONNECTED } from './redis-access.js';
import { deleteIfEqual, extendTtl, set, setIfAbsent, setIfBegins, setIfEqual, type RedisCommand } from './redis-commands.js';

/** Milliseconds between two attempts to connect, if the client itself makes only one. */
const RECONNECT_MS = 500;

/** The common part of single servers, clusters and servers behind a Sentinel. */
export abstract class RedisDriver implements Driver {
  readonly hasAtomicCas = true;
  readonly canExtendTtl = true;
  private ownsClient = false;
  private isClosed = false;
  /** Settles with the first attempt to connect, so that the first requests need not bypass the cache. */
  private connecting: Promise<unknown> | undefined;
  private wasReady = false;
  /** The error of the last attempt to connect. */
  private lastError: unknown;
  private ignoreErrors: RemoveListener | undefined;

  /** @param connection the connection of a client that this library has created */
  constructor(
    private readonly client: DriverClient,
    private readonly connection?: OwnConnection,
  ) {}

  /** Sends a command that writes to the server of a key. */
  protected abstract write(key: string, command: RedisCommand): Promise<unknown>;

  protected abstract read(keys: readonly string[]): Promise<readonly Found[]>;

  protected abstract readStart(key: string, bytes: number): Promise<Buffer>;

  async getMany(keys: readonly string[]): Promise<readonly Found[]> {
    await this.waitUntilUsable();
    return keys.length === 0 ? [] : this.read(keys);
  }

  async getRange(key: string, bytes: number): Promise<Buffer> {
    await this.waitUntilUsable();
    return this.readStart(key, bytes);
  }

  async set(key: string, value: Buffer, lifetimeMs: number): Promise<void> {
    await this.send(key, set(key, value, lifetimeMs));
  }

  async setIfAbsent(key: string, value: Buffer, lifetimeMs: number): Promise<boolean> {
    return (await this.send(key, setIfAbsent(key, value, lifetimeMs))) !== null;
  }

  async compareAndSet(key: string, expected: Buffer | undefined, value: Buffer, lifetimeMs: number): Promise<boolean> {
    if (expected === undefined) return this.setIfAbsent(key, value, lifetimeMs);
    return Number(await this.send(key, setIfEqual(key, expected, value, lifetimeMs))) === 1;
  }

  async replace(key: string, start: Buffer | undefined, value: Buffer, lifetimeMs: number): Promise<boolean> {
    if (start === undefined) return this.setIfAbsent(key, value, lifetimeMs);
    return Number(await this.send(key, setIfBegins(key, start, value, lifetimeMs))) === 1;
  }

  async delete(key: string): Promise<void> {
    await this.send(key, ['DEL', key]);
  }

  async compareAndDelete(key: string, expected: Buffer): Promise<boolean> {
    return Number(await this.send(key, deleteIfEqual(key, expected))) === 1;
  }

  async extendTtl(keys: readonly string[], lifetimeMs: number): Promise<void> {
    await Promise.all(keys.map(key => this.send(key, extendTtl(key, lifetimeMs))));
  }

  /** A client that is already open stays open. */
  open(onError: (error: unknown) => void): void {
    let endAttempt: () => void = () => undefined;
    const failed = new Promise<void>(resolve => {
      endAttempt = resolve;
    });
    const report = (error: unknown): void => {
      this.lastError = explainedConnection(error, this.wasReady);
      endAttempt();
      onError(this.lastError);
    };
    this.ignoreErrors = this.client.onError(report);
    this.ownsClient = !this.client.isOpen;
    this.wasReady = this.client.isReady;
    if (this.wasReady) return;
    const attempt = this.ownsClient ? this.connect(report) : this.client.attempt();
    this.connecting = Promise.race([attempt, failed]).finally(() => {
      this.connecting = undefined;
    });
  }

  problem(): string | undefined {
    return this.connecting === undefined ? undefined : NOT_CONNECTED;
  }

  close(): Promise<void> {
    this.isClosed = true;
    this.connection?.end();
    // The listener stays on an own client: otherwise an error during its end would end the process.
    if (this.ownsClient) this.client.close();
    else this.ignoreErrors?.();
    return Promise.resolve();
  }

  private async send(key: string, command: RedisCommand): Promise<unknown> {
    await this.waitUntilUsable();
    try {
      return await this.write(key, command);
    } catch (error) {
      throw explained(error);
    }
  }

  /** Why no command can be sent. */
  protected notReady(): Error {
    if (this.wasReady && !this.client.isOpen) return new Error('the application has closed the client of Redis');
    const why = this.lastError instanceof Error ? `: ${this.lastError.message}` : '';
    return new Error(`the connection to Redis is not ready${why}`, { cause: this.lastError });
  }

  private async waitUntilUsable(): Promise<void> {
    this.connection?.use();
    if (this.connecting !== undefined) await this.connecting;
    // A client may reconnect automatically when it is used.
    if (this.isClosed) throw new Error('the store is closed');
    this.wasReady ||= this.client.isReady;
  }

  private async connect(onError: (error: unknown) => void): Promise<void> {
    try {
      await this.client.connect();
      // The store was closed meanwhile, but the client has connected.
      if (this.isClosed) this.client.close();
    } catch (error) {
      if (this.isClosed) return;
      onError(error);
      setTimeout(() => {
        if (!this.isClosed && !this.client.isOpen) void this.connect(onError);
      }, RECONNECT_MS).unref();
    }
  }
}
