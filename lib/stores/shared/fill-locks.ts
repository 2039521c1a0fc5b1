import type { Driver } from './driver.js';

/**
 * The lifetime in milliseconds of a mark of an unshareable response: longer than the pause between two polls of a waiting process. Each
 * process remembers for longer by itself that it need not wait.
 */
const HIT_FOR_MISS_MS = 250;
/** The shortest lifetime of a fill lock in milliseconds. The holder renews the lock. */
const SHORTEST_LOCK_MS = 100;
/** Milliseconds before the end of a lock in which the holder does not delete it: another process may hold it by then. */
const MARGIN_MS = 50;

const HELD = 'held';
const HIT_FOR_MISS = Buffer.from('hit-for-miss');

/** A fill lock that this process holds. If the lock is lost, a second process fills the entry; coherence does not depend on locks. */
export interface HeldLock {
  readonly key: string;
  readonly value: Buffer;
  readonly timer: NodeJS.Timeout;
  /** Milliseconds of `performance.now()`. */
  untilMs: number;
}

/** The fill locks in the store. Their lifetime is short and the holder renews it, so the lock of a dead process ends soon. */
export class FillLocks {
  private readonly lifetimeMs: number;

  /** @param waitMs milliseconds that other processes wait for the holder of a lock */
  constructor(
    private readonly driver: Driver,
    waitMs: number,
  ) {
    // Much shorter than the wait, so that a waiting process has time to acquire the lock of a dead holder.
    this.lifetimeMs = Math.max(SHORTEST_LOCK_MS, waitMs / 4);
  }

  /**
   * @param tagOffset the position of the tag log before the fill; undefined if the fill expects no computed tags
   * @returns undefined if another fill holds the lock
   */
  async tryAcquire(key: string, tagOffset: string | undefined): Promise<HeldLock | undefined> {
    const untilMs = performance.now() + this.lifetimeMs;
    const value = Buffer.from(`${HELD} ${tagOffset ?? ''}`);
    if (!(await this.driver.setIfAbsent(key, value, this.lifetimeMs))) return undefined;
    const timer = setInterval(() => void this.renew(lock), this.lifetimeMs / 3).unref();
    const lock: HeldLock = { key, value, untilMs, timer };
    return lock;
  }

  /** Stops the renewal, so that the lock ends with its lifetime even if the store is unreachable. */
  stopRenewing({ timer }: HeldLock): void {
    clearInterval(timer);
  }

  /** Returns true if this process still holds the lock for certain. */
  isHeld({ untilMs }: HeldLock): boolean {
    return performance.now() < untilMs - MARGIN_MS;
  }

  /** Releases a held lock, so that a waiting process can acquire it. */
  async release({ key }: HeldLock): Promise<void> {
    await this.driver.delete(key);
  }

  /** Marks the lock, so that neither waiting nor later requests wait for a fill. */
  async markHitForMiss({ key }: HeldLock): Promise<void> {
    await this.driver.set(key, HIT_FOR_MISS, HIT_FOR_MISS_MS);
  }

  private async renew(lock: HeldLock): Promise<void> {
    const untilMs = performance.now() + this.lifetimeMs;
    try {
      await this.driver.set(lock.key, lock.value, this.lifetimeMs);
      lock.untilMs = untilMs;
    } catch {
      // The store is unreachable, so no process can wait either. The next operation reports the fault.
      clearInterval(lock.timer);
    }
  }
}

/** Returns the state of a fill lock. */
export function lockState(value: Buffer | undefined): 'free' | 'held' | 'hit-for-miss' {
  if (value === undefined) return 'free';
  return value.equals(HIT_FOR_MISS) ? 'hit-for-miss' : 'held';
}

/** Returns true if a tag was invalidated between the start of the fill that holds a lock and a later lease, as far as both know. */
export function isOlderThan(value: Buffer | undefined, tagOffset: string | undefined): boolean {
  const ofHolder = value?.toString('latin1').slice(HELD.length + 1) ?? '';
  return lockState(value) === 'held' && ofHolder !== '' && tagOffset !== undefined && ofHolder !== tagOffset;
}
