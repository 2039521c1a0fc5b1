import { isMark } from './entry-codec.js';
import type { HeldLock } from './fill-locks.js';
import { areEqual, type GenerationSnapshot } from './generation-snapshots.js';
import type { AddressKeys } from './key-space.js';
import type { UnusedGeneration } from './unused-generations.js';

/** The stored entry at an address before a fill begins. */
export interface SeenEntry {
  /** The first bytes of the entry; `undefined` if the store has none. */
  readonly seen: string | undefined;
  /** True if the fill must replace the entry in any case. */
  readonly isForced: boolean;
}

export interface SharedLeaseParts extends SeenEntry {
  readonly keys: AddressKeys;
  readonly generations: GenerationSnapshot;
  /** The position of the tag log; `undefined` if the address has no computed tags. */
  readonly tagOffset: string | undefined;
  /** True if the store has received all invalidations over the address that this process has started. */
  readonly sawAllInvalidations: boolean;
  /** Of two fills in this process, the later one has the larger number. */
  readonly sequence: number;
}

/** The generations over an address at one moment. They decide whether the store accepts a later entry. */
export class SharedLease {
  /** The fill lock that this process holds under the lease. */
  fillLock: HeldLock | undefined;
  /** True if no fill uses the lease any more. */
  isReleased = false;
  readonly keys: AddressKeys;
  generationStamps: readonly string[];
  /** The generations over the entry that no stored entry needs yet. */
  held: readonly UnusedGeneration[] = [];
  tagOffset: string | undefined;
  /** The first bytes of the entry at the last read before the fill; `undefined` if the store had none. */
  seen: string | undefined;
  readonly isForced: boolean;
  readonly sequence: number;
  private isClean: boolean;
  private sawAllInvalidations: boolean;

  constructor({ keys, generations, tagOffset, sawAllInvalidations, seen, isForced, sequence }: SharedLeaseParts) {
    this.keys = keys;
    this.generationStamps = generations.stamps;
    this.isClean = generations.isClean;
    this.tagOffset = tagOffset;
    this.sawAllInvalidations = sawAllInvalidations;
    this.seen = seen;
    this.isForced = isForced;
    this.sequence = sequence;
  }

  /** Takes over a later lease of the same entry, before the fill begins. */
  renew(later: SharedLease): void {
    this.generationStamps = later.generationStamps;
    this.tagOffset = later.tagOffset;
    this.isClean = later.isClean;
    this.sawAllInvalidations = later.sawAllInvalidations;
    this.seen = later.seen;
  }

  /** True if a change of the entry runs or settles. */
  get isBeingChanged(): boolean {
    return !this.isClean;
  }

  /** True if the store may accept an entry under the lease, so that other processes may wait for the entry. */
  get isStorable(): boolean {
    return this.isClean && this.sawAllInvalidations;
  }

  canShare(later: SharedLease): boolean {
    // A mark that this lease has not seen: a later fill was stored and then discarded.
    if (isMark(later.seen) && later.seen !== this.seen) return false;
    return (
      this.sawAllInvalidations &&
      later.sawAllInvalidations &&
      // A fill that expects no computed tags is shared only if it had none.
      (this.tagOffset === undefined || this.tagOffset === later.tagOffset) &&
      areEqual(this.generationStamps, later.generationStamps)
    );
  }
}
