import type { Driver } from './driver.js';

/** Milliseconds for which requests do not wait for each other after a response that could not be shared. */
const HIT_FOR_MISS_MS = 10_000;
/** The shortest right to compute, in milliseconds: it is renewed while it is used. */
const SHORTEST_LOCK_MS = 100;
/** A claim this close to its end may be another's by the time it is given back. */
const MARGIN_MS = 50;

const HELD = Buffer.from('held');
const HIT_FOR_MISS = Buffer.from('hit-for-miss');

/** The right to compute an entry, which one process has at a time. Losing it costs a second computation, never coherence. */
export interface HeldLock {
  readonly key: string;
  readonly timer: NodeJS.Timeout;
  /** As `performance.now()` counts. */
  untilMs: number;
}

/** The rights to compute entries: kept in the store with a lifetime and renewed, so that they end soon when their holder dies. */
export class FillLocks {
  private readonly lifetimeMs: number;

  /** @param waitMs milliseconds that others wait for a holder */
  constructor(
    private readonly driver: Driver,
    waitMs: number,
  ) {
    // Much shorter than others wait, so that one of them has time to take over from a holder that died.
    this.lifetimeMs = Math.max(SHORTEST_LOCK_MS, waitMs / 4);
  }

  /** @returns `undefined` when another has it */
  async tryAcquire(key: string): Promise<HeldLock | undefined> {
    const untilMs = performance.now() + this.lifetimeMs;
    if (!(await this.driver.setIfAbsent(key, HELD, this.lifetimeMs))) return undefined;
    const lock: HeldLock = { key, untilMs, timer: setInterval(() => void this.renew(lock), this.lifetimeMs / 3).unref() };
    return lock;
  }

  /** Lets the right end with its lifetime, also if the store cannot be told. */
  stopRenewing({ timer }: HeldLock): void {
    clearInterval(timer);
  }

  /** Gives the right back, to whoever waits for it. */
  async release({ key, untilMs, timer }: HeldLock): Promise<void> {
    clearInterval(timer);
    if (performance.now() < untilMs - MARGIN_MS) await this.driver.delete(key);
  }

  /** Tells those who wait, and those who come, that they need not. */
  async markHitForMiss({ key, timer }: HeldLock): Promise<void> {
    clearInterval(timer);
    await this.driver.set(key, HIT_FOR_MISS, HIT_FOR_MISS_MS);
  }

  private async renew(lock: HeldLock): Promise<void> {
    const untilMs = performance.now() + this.lifetimeMs;
    try {
      await this.driver.set(lock.key, HELD, this.lifetimeMs);
      lock.untilMs = untilMs;
    } catch {
      // The store is out of reach, so nobody waits by it either; what uses it next reports that.
      clearInterval(lock.timer);
    }
  }
}

/** What the key of a claim says. */
export function lockState(value: Buffer | undefined): 'free' | 'held' | 'hit-for-miss' {
  if (value === undefined) return 'free';
  return value.equals(HIT_FOR_MISS) ? 'hit-for-miss' : 'held';
}
