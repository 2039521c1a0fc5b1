import { setTimeout as delay } from 'node:timers/promises';
import { startDeadline } from '../../deadline.js';
import type { Address, Claim, Entry } from '../store.js';
import { claimState, type Claims } from './claims.js';
import type { KeySpace } from './key-space.js';
import type { Reachability } from './reachability.js';
import type { SharedEntries } from './shared-entries.js';
import type { SharedFence } from './shared-fence.js';

/** Milliseconds between two looks for what another process computes: the first, and the longest. */
const FIRST_PAUSE_MS = 4;
const LONGEST_PAUSE_MS = 64;

type Look = Exclude<Claim, { kind: 'found' }> | { readonly kind: 'found'; readonly entry: Entry } | { readonly kind: 'later' };

/** Lets one process at a time compute an entry, while the others wait for it. */
export class Turns {
  constructor(
    private readonly claims: Claims,
    private readonly entries: SharedEntries,
    private readonly keys: KeySpace,
    private readonly reachability: Reachability,
  ) {}

  /** @throws StoreUnreachable */
  async wait(address: Address, fence: SharedFence, waitMs: number): Promise<Claim> {
    let isOver = waitMs <= 0;
    const cancel = startDeadline(waitMs, () => {
      isOver = true;
    });
    try {
      return await this.waitUntil(address, fence, waitMs, () => isOver);
    } finally {
      cancel();
    }
  }

  /** @param isOver asked after each look: a process that was busy looks once more before it gives up */
  private async waitUntil(address: Address, fence: SharedFence, waitMs: number, isOver: () => boolean): Promise<Claim> {
    const claimKey = this.keys.claim(this.keys.entry(address), [...fence.stamps, fence.tagPosition ?? '']);
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      const claim = await this.reachability.run('it could not be told who computes a response', () =>
        this.look(address, fence, claimKey),
      );
      if (claim.kind === 'found') return { ...claim, hasWaited: pauseMs > FIRST_PAUSE_MS };
      if (claim.kind !== 'later') return claim;
      if (isOver()) return { kind: waitMs <= 0 ? 'taken' : 'granted' };
      await delay(Math.min(pauseMs, waitMs), undefined, { ref: false });
    }
  }

  private async look(address: Address, fence: SharedFence, claimKey: string): Promise<Look> {
    const claim = await this.claims.take(claimKey);
    // It may come after the store has been given up, and then after all is done.
    if (fence.isOver && claim !== undefined) await this.claims.giveBack(claim);
    else fence.claim = claim;
    // Also when the right is ours: whoever had it may have finished since we looked.
    const view = await this.entries.view(address, claimKey);
    if (view.entry !== undefined) return { kind: 'found', entry: view.entry };
    // The computation has not begun yet.
    if (fence.claim !== undefined) fence.seen = view.fence.seen;
    // Invalidated meanwhile: what others compute now is not what was asked for, and what we compute is not kept.
    if (fence.claim !== undefined || !view.fence.covers(fence)) return { kind: 'granted' };
    return claimState(view.extra) === 'apart' ? { kind: 'apart' } : { kind: 'later' };
  }
}
