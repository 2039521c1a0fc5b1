import { setTimeout as delay } from 'node:timers/promises';
import { startDeadline } from '../../time/deadline.js';
import type { Address, FillLock, Entry, ReleaseReason } from '../store.js';
import { isOlderThan, lockState, type FillLocks } from './fill-locks.js';
import type { Generations } from './generations.js';
import type { KeySpace } from './key-space.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import type { EntrySnapshot, SharedEntries } from './shared-entries.js';
import type { SharedLease } from './shared-lease.js';
import type { UnusedGeneration } from './unused-generations.js';

/** Milliseconds between two polls for the entry of another process: the first pause, and the longest. */
const FIRST_PAUSE_MS = 4;
const LONGEST_PAUSE_MS = 64;

type Poll =
  Exclude<FillLock, { kind: 'filled' }> | { readonly kind: 'filled'; readonly entry: Entry } | { readonly kind: 'wait' };

/** Allows one process at a time to fill an entry, while the other processes wait for the entry. */
export class FillWait {
  constructor(
    private readonly fillLocks: FillLocks,
    private readonly generations: Generations,
    private readonly entries: SharedEntries,
    private readonly keys: KeySpace,
    private readonly breaker: CircuitBreaker,
  ) {}

  /** @throws StoreUnreachable */
  async wait(address: Address, lease: SharedLease, waitMs: number): Promise<FillLock> {
    let isOver = waitMs <= 0;
    const cancel = startDeadline(waitMs, () => {
      isOver = true;
    });
    try {
      return await this.waitUntil(address, lease, waitMs, () => isOver);
    } finally {
      cancel();
    }
  }

  /** Notes a lease that a fill may follow. `release` ends it. */
  begin(lease: SharedLease): void {
    lease.held = this.generations.unused.hold(lease.keys.generationKeys);
  }

  /** Notes that no fill uses a lease any more, and releases its lock. */
  release(lease: SharedLease, reason: ReleaseReason): void {
    const { fillLock } = lease;
    lease.isReleased = true;
    lease.fillLock = undefined;
    const what = 'the end of a fill could not be sent';
    if (fillLock !== undefined) {
      this.fillLocks.stopRenewing(fillLock);
      // An operation without a command would count as a reply of the store. If the store is unreachable, the lock ends with its lifetime.
      if (reason === 'unshareable') this.send(what, () => this.fillLocks.markHitForMiss(fillLock));
      else if (this.fillLocks.isHeld(fillLock)) this.send(what, () => this.fillLocks.release(fillLock));
    }
    // After the mark: a waiting process that finds other generations must also find the mark.
    this.letGo(lease.held, reason === 'unshareable');
    lease.held = [];
  }

  private letGo(held: readonly UnusedGeneration[], isUnneeded: boolean): void {
    const unneeded = this.generations.unused.release(held, isUnneeded);
    if (unneeded.length > 0) this.send('unused generations could not be deleted', () => this.generations.discard(unneeded));
  }

  /** @param isOver checked after each poll: a process that was busy polls once more before the wait ends */
  private async waitUntil(address: Address, lease: SharedLease, waitMs: number, isOver: () => boolean): Promise<FillLock> {
    const tagOffset = address.isUntaggedSoFar === true ? undefined : lease.tagOffset;
    const lockKey = this.keys.fillLock(lease.keys.entryKey, [...lease.generationStamps, tagOffset ?? '']);
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const lock = await this.breaker.run('the fill lock of a response could not be acquired or read', () =>
        this.poll(address, lease, lockKey),
      );
      if (lock.kind === 'filled') return { ...lock, hasWaited: pauseMs > FIRST_PAUSE_MS };
      if (lock.kind !== 'wait') return lock;
      if (isOver()) return { kind: waitMs <= 0 ? 'busy' : 'granted' };
      await delay(Math.min(pauseMs, waitMs), undefined, { ref: false });
    }
  }

  private async poll(address: Address, lease: SharedLease, lockKey: string): Promise<Poll> {
    const lock = await this.fillLocks.tryAcquire(lockKey, lease.tagOffset);
    // The reply may come after the operation timed out, and then after the fill has ended.
    if (lease.isReleased && lock !== undefined) {
      this.fillLocks.stopRenewing(lock);
      if (this.fillLocks.isHeld(lock)) await this.fillLocks.release(lock);
    } else lease.fillLock = lock;
    // Read also if this process holds the lock: the previous holder may have stored the entry since the last read.
    const snapshot = await this.entries.read(address, { keys: lease.keys, lockKey });
    if (snapshot.entry !== undefined) return { kind: 'filled', entry: snapshot.entry };
    // The fill has not begun yet.
    if (lease.fillLock !== undefined) lease.seen = snapshot.lease.seen;
    const kind = waitState(lease, snapshot);
    if (kind === 'hit-for-miss' && !lease.isReleased) this.renew(lease, snapshot.lease);
    return { kind };
  }

  /** Under the earlier lease the store would refuse the entry: the holder of the lock has deleted generations. */
  private renew(lease: SharedLease, later: SharedLease): void {
    const { held } = lease;
    lease.renew(later);
    this.begin(lease);
    this.letGo(held, false);
  }

  /** Runs an operation whose result is not needed. The circuit breaker reports a fault. */
  private send(what: string, operation: () => Promise<void>): void {
    this.breaker.run(what, operation).catch(() => undefined);
  }
}

function waitState(lease: SharedLease, { lease: later, lockValue }: EntrySnapshot): 'granted' | 'hit-for-miss' | 'wait' {
  if (lease.fillLock !== undefined) return 'granted';
  // Before the stamps are compared: the holder deletes the generations that only its fill has needed.
  if (lockState(lockValue) === 'hit-for-miss') return 'hit-for-miss';
  // After an invalidation, fills of other processes do not answer this request.
  return !later.canShare(lease) || isOlderThan(lockValue, lease.tagOffset) ? 'granted' : 'wait';
}
