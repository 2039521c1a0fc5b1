import type { Keyv } from 'keyv';
import type { Driver, Found } from '../shared/driver.js';
import { AdapterErrors, type Adapter } from './adapter-errors.js';
import { strictKeyv, type GivenKeyv } from './strict-keyv.js';

/** Keyv does not know the incarnation of a database. */
const INCARNATION = '';

/** The TTL of a value that never expires. Without a TTL, Keyv would use its own default. */
const NO_END = 0;

/**
 * The driver of all databases with a Keyv adapter. Keyv has no conditional operation: between the comparison and the write of
 * `compareAndSet`, another process may change the value.
 */
export class KeyvDriver implements Driver {
  readonly hasAtomicCas = false;
  readonly canExtendTtl = false;
  private readonly keyv: Keyv;
  private readonly watch: AdapterErrors;
  private readonly prefix: string;
  private readonly readsMany: boolean;

  constructor(given: GivenKeyv) {
    const adapter: Adapter = given.opts.store;
    this.keyv = strictKeyv(given, adapter);
    this.watch = new AdapterErrors(adapter);
    this.prefix = given.useKeyPrefix && given.namespace ? `${given.namespace}:` : '';
    this.readsMany = adapter.getMany !== undefined;
  }

  open(onError: (error: unknown) => void): void {
    this.watch.begin(onError);
  }

  async getMany(keys: readonly string[]): Promise<readonly Found[]> {
    const values = await this.watch.failingOnError(() => this.read(keys.map(key => this.prefix + key)));
    if (values.length !== keys.length) throw new Error(`Keyv returned ${values.length} values for ${keys.length} keys.`);
    return values.map(value => ({ value: bytesOf(value), incarnation: INCARNATION }));
  }

  async set(key: string, value: Buffer, lifetimeMs: number): Promise<void> {
    const lifetime = lifetimeMs === Infinity ? NO_END : Math.max(1, Math.ceil(lifetimeMs));
    const isSet = await this.watch.failingOnError(() => this.keyv.set(this.prefix + key, value.toString('base64'), lifetime));
    if (!isSet) throw new Error(`The Keyv adapter did not set ${key}.`);
  }

  setIfAbsent(key: string, value: Buffer, lifetimeMs: number): Promise<boolean> {
    return this.compareAndSet(key, undefined, value, lifetimeMs);
  }

  async compareAndSet(key: string, expected: Buffer | undefined, value: Buffer, lifetimeMs: number): Promise<boolean> {
    const [found] = await this.getMany([key]);
    const isAsExpected = expected === undefined ? found?.value === undefined : found?.value?.equals(expected) === true;
    if (isAsExpected) await this.set(key, value, lifetimeMs);
    return isAsExpected;
  }

  async replace(key: string, start: Buffer | undefined, value: Buffer, lifetimeMs: number): Promise<boolean> {
    const [found] = await this.getMany([key]);
    const held = found?.value;
    const isAsExpected = start === undefined ? held === undefined : held?.subarray(0, start.length).equals(start) === true;
    if (isAsExpected) await this.set(key, value, lifetimeMs);
    return isAsExpected;
  }

  async delete(key: string): Promise<void> {
    await this.watch.failingOnError(() => this.keyv.delete(this.prefix + key));
  }

  async compareAndDelete(key: string, expected: Buffer): Promise<boolean> {
    const [found] = await this.getMany([key]);
    if (found?.value?.equals(expected) !== true) return false;
    await this.delete(key);
    return true;
  }

  extendTtl(): Promise<void> {
    // Keyv could only write the value again, which could undo a concurrent change.
    return Promise.resolve();
  }

  /** The Keyv and its database stay open, because the application created them. */
  close(): Promise<void> {
    this.watch.end();
    return Promise.resolve();
  }

  /** Reads many keys at once only if the adapter can. Otherwise Keyv would report a failed look-up as a missing value. */
  private read(keys: string[]): Promise<unknown[]> {
    return this.readsMany ? this.keyv.getMany<string>(keys) : Promise.all(keys.map(key => this.keyv.get<string>(key)));
  }
}

/** Values are stored as text, which every serializer and every database preserves. Other values were not written by this library. */
function bytesOf(value: unknown): Buffer | undefined {
  return typeof value === 'string' ? Buffer.from(value, 'base64') : undefined;
}
