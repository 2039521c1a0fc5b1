import type { Keyv } from 'keyv';
import type { Driver, Found } from '../shared/driver.js';
import { AdapterErrors, type Adapter } from './adapter-errors.js';
import { strictKeyv, type GivenKeyv } from './strict-keyv.js';

/** Keyv cannot tell one life of a database from the next. */
const INCARNATION = '';

/** How Keyv is told that a value has no end: with none, it would take its own default. */
const NO_END = 0;

/**
 * Anything that Keyv has an adapter for, as a shared store needs it. Keyv has no operation that depends on what is there: what `add` and
 * `exchange` compare may have changed when they set.
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
    if (values.length !== keys.length) throw new Error(`Keyv gave ${values.length} values for ${keys.length} keys.`);
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

  extendTtl(): Promise<void> {
    // Keyv can only write a value anew, which could bring back one that was changed meanwhile.
    return Promise.resolve();
  }

  /** The Keyv, and what it stores in, stay open: the application made them. */
  close(): Promise<void> {
    this.watch.end();
    return Promise.resolve();
  }

  /** Many at once only where the adapter can: where it cannot, Keyv gives for a look-up that failed that there is nothing. */
  private read(keys: string[]): Promise<unknown[]> {
    return this.readsMany ? this.keyv.getMany<string>(keys) : Promise.all(keys.map(key => this.keyv.get<string>(key)));
  }
}

/** Values are text on the way, which any serializer and any database carries faithfully. What else is there was not written here. */
function bytesOf(value: unknown): Buffer | undefined {
  return typeof value === 'string' ? Buffer.from(value, 'base64') : undefined;
}
