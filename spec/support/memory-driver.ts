import type { Driver, Found } from '../../lib/stores/shared/driver.js';

export interface MemoryDriverTraits {
  /** Default true. Where false, others may come between the comparison and the write. */
  readonly exchangesAtomically?: boolean;
  /** Before each step that a server takes by itself. Default: nothing. */
  readonly pause?: () => Promise<unknown>;
}

/** A server of its own life in the memory of the spec. */
export class MemoryDriver implements Driver {
  readonly canExtend = true;
  readonly exchangesAtomically: boolean;
  readonly values = new Map<string, Buffer>();
  /** Of the life that the server is in. */
  incarnation = 'first';
  private readonly pause: () => Promise<unknown>;

  constructor({ exchangesAtomically = true, pause = () => Promise.resolve() }: MemoryDriverTraits = {}) {
    this.exchangesAtomically = exchangesAtomically;
    this.pause = pause;
  }

  async getMany(keys: readonly string[]): Promise<readonly Found[]> {
    await this.pause();
    return keys.map(key => ({ value: this.values.get(key), incarnation: this.incarnation }));
  }

  async set(key: string, value: Buffer): Promise<void> {
    await this.pause();
    this.values.set(key, value);
  }

  add(key: string, value: Buffer): Promise<boolean> {
    return this.exchange(key, undefined, value);
  }

  async exchange(key: string, expected: Buffer | undefined, value: Buffer): Promise<boolean> {
    await this.pause();
    const present = this.values.get(key);
    const isAsExpected = expected === undefined ? present === undefined : present?.equals(expected) === true;
    if (!isAsExpected) return false;
    if (!this.exchangesAtomically) await this.pause();
    this.values.set(key, value);
    return true;
  }

  async delete(key: string): Promise<void> {
    await this.pause();
    this.values.delete(key);
  }

  extend(): Promise<void> {
    return Promise.resolve();
  }

  open(): void {
    // It is always connected.
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
