import type { Driver, Found } from '../../lib/stores/shared/driver.js';

export interface MemoryDriverTraits {
  /** If false, another process may write between the comparison and the write. @default true */
  readonly hasAtomicCas?: boolean;
  /** Called before each atomic step of the server. @default no call */
  readonly pause?: () => Promise<unknown>;
}

/** A server in the memory of the spec, with its own incarnation and clock. */
export class MemoryDriver implements Driver {
  readonly canExtendTtl = true;
  readonly hasAtomicCas: boolean;
  readonly values = new Map<string, Buffer>();
  private readonly endsAtMs = new Map<string, number>();
  private nowMs = 0;
  /** The incarnation of the server. */
  incarnation = 'first';
  private readonly pause: () => Promise<unknown>;

  constructor({ hasAtomicCas = true, pause = () => Promise.resolve() }: MemoryDriverTraits = {}) {
    this.hasAtomicCas = hasAtomicCas;
    this.pause = pause;
  }

  /** Moves the clock of the server, which no process sees. */
  pass(ms: number): void {
    this.nowMs += ms;
    for (const [key, endMs] of this.endsAtMs) if (endMs <= this.nowMs) this.remove(key);
  }

  async getMany(keys: readonly string[]): Promise<readonly Found[]> {
    await this.pause();
    return keys.map(key => ({ value: this.values.get(key), incarnation: this.incarnation }));
  }

  async set(key: string, value: Buffer, lifetimeMs: number): Promise<void> {
    await this.pause();
    this.keep(key, value, lifetimeMs);
  }

  setIfAbsent(key: string, value: Buffer, lifetimeMs: number): Promise<boolean> {
    return this.compareAndSet(key, undefined, value, lifetimeMs);
  }

  compareAndSet(key: string, expected: Buffer | undefined, value: Buffer, lifetimeMs: number): Promise<boolean> {
    const holds = (held: Buffer | undefined) => (expected === undefined ? held === undefined : held?.equals(expected) === true);
    return this.setIf(holds, key, value, lifetimeMs);
  }

  replace(key: string, start: Buffer | undefined, value: Buffer, lifetimeMs: number): Promise<boolean> {
    const holds = (held: Buffer | undefined) =>
      start === undefined ? held === undefined : held?.subarray(0, start.length).equals(start) === true;
    return this.setIf(holds, key, value, lifetimeMs);
  }

  private async setIf(
    holds: (held: Buffer | undefined) => boolean,
    key: string,
    value: Buffer,
    lifetimeMs: number,
  ): Promise<boolean> {
    await this.pause();
    if (!holds(this.values.get(key))) return false;
    if (!this.hasAtomicCas) await this.pause();
    this.keep(key, value, lifetimeMs);
    return true;
  }

  async delete(key: string): Promise<void> {
    await this.pause();
    this.remove(key);
  }

  async compareAndDelete(key: string, expected: Buffer): Promise<boolean> {
    await this.pause();
    if (this.values.get(key)?.equals(expected) !== true) return false;
    if (!this.hasAtomicCas) await this.pause();
    this.remove(key);
    return true;
  }

  extendTtl(keys: readonly string[], lifetimeMs: number): Promise<void> {
    for (const key of keys) {
      const endMs = this.endsAtMs.get(key);
      if (endMs !== undefined) this.endsAtMs.set(key, Math.max(endMs, this.nowMs + lifetimeMs));
    }
    return Promise.resolve();
  }

  open(): void {
    // This driver is always connected.
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private keep(key: string, value: Buffer, lifetimeMs: number): void {
    this.values.set(key, value);
    this.endsAtMs.set(key, this.nowMs + lifetimeMs);
  }

  private remove(key: string): void {
    this.values.delete(key);
    this.endsAtMs.delete(key);
  }
}
