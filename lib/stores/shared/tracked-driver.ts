import type { Driver, Found } from './driver.js';

/** A driver that knows how long its commands have waited for their replies. */
export class TrackedDriver implements Driver {
  readonly hasAtomicCas: boolean;
  readonly canExtendTtl: boolean;
  readonly maxValueBytes?: number;
  readonly shards?: number;
  readonly getRange?: (key: string, bytes: number) => Promise<Buffer>;
  /** The commands without a reply, the oldest first. */
  private readonly waiting = new Set<{ readonly sentMs: number }>();

  constructor(private readonly driver: Driver) {
    this.hasAtomicCas = driver.hasAtomicCas;
    this.canExtendTtl = driver.canExtendTtl;
    if (driver.maxValueBytes !== undefined) this.maxValueBytes = driver.maxValueBytes;
    if (driver.shards !== undefined) this.shards = driver.shards;
    const getRange = driver.getRange?.bind(driver);
    if (getRange !== undefined) this.getRange = (key, bytes) => this.track(getRange(key, bytes));
  }

  /** Returns the milliseconds that the oldest command without a reply has waited; 0 if there is none. */
  longestWaitMs(): number {
    for (const { sentMs } of this.waiting) return performance.now() - sentMs;
    return 0;
  }

  getMany(keys: readonly string[]): Promise<readonly Found[]> {
    return this.track(this.driver.getMany(keys));
  }

  set(key: string, value: Buffer, lifetimeMs: number): Promise<void> {
    return this.track(this.driver.set(key, value, lifetimeMs));
  }

  setIfAbsent(key: string, value: Buffer, lifetimeMs: number): Promise<boolean> {
    return this.track(this.driver.setIfAbsent(key, value, lifetimeMs));
  }

  compareAndSet(key: string, expected: Buffer | undefined, value: Buffer, lifetimeMs: number): Promise<boolean> {
    return this.track(this.driver.compareAndSet(key, expected, value, lifetimeMs));
  }

  replace(key: string, start: Buffer | undefined, value: Buffer, lifetimeMs: number): Promise<boolean> {
    return this.track(this.driver.replace(key, start, value, lifetimeMs));
  }

  delete(key: string): Promise<void> {
    return this.track(this.driver.delete(key));
  }

  compareAndDelete(key: string, expected: Buffer): Promise<boolean> {
    return this.track(this.driver.compareAndDelete(key, expected));
  }

  extendTtl(keys: readonly string[], lifetimeMs: number): Promise<void> {
    return this.track(this.driver.extendTtl(keys, lifetimeMs));
  }

  open(onError: (error: unknown) => void): void {
    this.driver.open(onError);
  }

  problem(): string | undefined {
    return this.driver.problem?.();
  }

  close(): Promise<void> {
    return this.driver.close();
  }

  private async track<Reply>(command: Promise<Reply>): Promise<Reply> {
    const wait = { sentMs: performance.now() };
    this.waiting.add(wait);
    try {
      return await command;
    } finally {
      this.waiting.delete(wait);
    }
  }
}
