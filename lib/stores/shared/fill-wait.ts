import { setTimeout as delay } from 'node:timers/promises';
import { startDeadline } from '../../time/deadline.js';
import type { Address, FillLock, Entry } from '../store.js';
import { lockState, type FillLocks } from './fill-locks.js';
import type { KeySpace } from './key-space.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import type { SharedEntries } from './shared-entries.js';
import type { SharedLease } from './shared-lease.js';

/** Milliseconds between two looks for what another process computes: the first, and the longest. */
const FIRST_PAUSE_MS = 4;
const LONGEST_PAUSE_MS = 64;

type Poll =
  Exclude<FillLock, { kind: 'filled' }> | { readonly kind: 'filled'; readonly entry: Entry } | { readonly kind: 'later' };

/** Lets one process at a time compute an entry, while the others wait for it. */
export class FillWait {
  constructor(
    private readonly claims: FillLocks,
    private readonly entries: SharedEntries,
    private readonly keys: KeySpace,
    private readonly reachability: CircuitBreaker,
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

  /** @param isOver asked after each look: a process that was busy looks once more before it gives up */
  private async waitUntil(address: Address, lease: SharedLease, waitMs: number, isOver: () => boolean): Promise<FillLock> {
    const lockKey = this.keys.fillLock(this.keys.entry(address), [...lease.generationStamps, lease.tagOffset ?? '']);
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const lock = await this.reachability.run('it could not be told who computes a response', () =>
        this.poll(address, lease, lockKey),
      );
      if (lock.kind === 'filled') return { ...lock, hasWaited: pauseMs > FIRST_PAUSE_MS };
      if (lock.kind !== 'later') return lock;
      if (isOver()) return { kind: waitMs <= 0 ? 'busy' : 'granted' };
      await delay(Math.min(pauseMs, waitMs), undefined, { ref: false });
    }
  }

  private async poll(address: Address, lease: SharedLease, lockKey: string): Promise<Poll> {
    const lock = await this.claims.tryAcquire(lockKey);
    // It may come after the store has been given up, and then after all is done.
    if (lease.isReleased && lock !== undefined) await this.claims.release(lock);
    else lease.fillLock = lock;
    // Also when the right is ours: whoever had it may have finished since we looked.
    const view = await this.entries.read(address, lockKey);
    if (view.entry !== undefined) return { kind: 'filled', entry: view.entry };
    // The computation has not begun yet.
    if (lease.fillLock !== undefined) lease.seen = view.lease.seen;
    // Invalidated meanwhile: what others compute now is not what was asked for, and what we compute is not kept.
    if (lease.fillLock !== undefined || !view.lease.canShare(lease)) return { kind: 'granted' };
    return lockState(view.lockValue) === 'hit-for-miss' ? { kind: 'hit-for-miss' } : { kind: 'later' };
  }
}
