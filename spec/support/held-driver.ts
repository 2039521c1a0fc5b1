import type { Driver, Found } from '../../lib/stores/shared/driver.js';
import { Deferred } from './deferred.js';

export type Operation = 'getMany' | 'getRange' | 'set' | 'add' | 'compareAndSet' | 'compareAndDelete' | 'delete' | 'extend';

/** An operation that waits for the spec, before its command or after its reply. */
export class Hold {
  /** Resolves with the keys of the operation when the operation waits. */
  readonly arrived = new Deferred<readonly string[]>();
  private readonly released = new Deferred();

  constructor(
    readonly operation: Operation,
    readonly moment: 'before' | 'after',
    readonly holds: (key: string) => boolean,
  ) {}

  async pass(keys: readonly string[]): Promise<void> {
    this.arrived.resolve(keys);
    await this.released.promise;
  }

  release(): void {
    this.released.resolve();
  }
}

/** A driver whose operations the spec counts, and holds one by one. */
export class HeldDriver implements Driver {
  readonly hasAtomicCas: boolean;
  readonly canExtendTtl: boolean;
  readonly maxValueBytes?: number;
  readonly shards?: number;
  readonly getRange?: (key: string, bytes: number) => Promise<Buffer>;
  /** The calls of the operations. */
  readonly asked: Operation[] = [];
  /** The operations that fail at once. */
  readonly failing = new Set<Operation>();
  private readonly holds: Hold[] = [];

  constructor(private readonly driver: Driver) {
    this.hasAtomicCas = driver.hasAtomicCas;
    this.canExtendTtl = driver.canExtendTtl;
    if (driver.maxValueBytes !== undefined) this.maxValueBytes = driver.maxValueBytes;
    if (driver.shards !== undefined) this.shards = driver.shards;
    const getStart = driver.getRange?.bind(driver);
    if (getStart !== undefined) this.getRange = (key, bytes) => this.run('getRange', [key], () => getStart(key, bytes));
  }

  /** Holds the next operation of this name on a matching key. */
  hold(operation: Operation, moment: 'before' | 'after', holds: (key: string) => boolean = () => true): Hold {
    const hold = new Hold(operation, moment, holds);
    this.holds.push(hold);
    return hold;
  }

  open(onError: (error: unknown) => void): void {
    this.driver.open(onError);
  }

  getMany(keys: readonly string[]): Promise<readonly Found[]> {
    return this.run('getMany', keys, () => this.driver.getMany(keys));
  }

  set(key: string, value: Buffer, lifetimeMs: number): Promise<void> {
    return this.run('set', [key], () => this.driver.set(key, value, lifetimeMs));
  }

  setIfAbsent(key: string, value: Buffer, lifetimeMs: number): Promise<boolean> {
    return this.run('add', [key], () => this.driver.setIfAbsent(key, value, lifetimeMs));
  }

  compareAndSet(key: string, expected: Buffer | undefined, value: Buffer, lifetimeMs: number): Promise<boolean> {
    return this.run('compareAndSet', [key], () => this.driver.compareAndSet(key, expected, value, lifetimeMs));
  }

  /** Counts as `set`. */
  replace(key: string, start: Buffer | undefined, value: Buffer, lifetimeMs: number): Promise<boolean> {
    return this.run('set', [key], () => this.driver.replace(key, start, value, lifetimeMs));
  }

  delete(key: string): Promise<void> {
    return this.run('delete', [key], () => this.driver.delete(key));
  }

  compareAndDelete(key: string, expected: Buffer): Promise<boolean> {
    return this.run('compareAndDelete', [key], () => this.driver.compareAndDelete(key, expected));
  }

  extendTtl(keys: readonly string[], lifetimeMs: number): Promise<void> {
    return this.run('extend', keys, () => this.driver.extendTtl(keys, lifetimeMs));
  }

  close(): Promise<void> {
    return this.driver.close();
  }

  private async run<Answer>(operation: Operation, keys: readonly string[], send: () => Promise<Answer>): Promise<Answer> {
    this.asked.push(operation);
    if (this.failing.has(operation)) throw new Error('the spec lets it fail');
    const index = this.holds.findIndex(hold => hold.operation === operation && keys.some(hold.holds));
    const [hold] = index === -1 ? [] : this.holds.splice(index, 1);
    if (hold?.moment === 'before') await hold.pass(keys);
    const answer = await send();
    if (hold?.moment === 'after') await hold.pass(keys);
    return answer;
  }
}
