import type { Found } from './driver.js';
import type { HeldLock } from './fill-locks.js';
import { isMark } from './entry-codec.js';
import { parseGeneration } from './generation.js';
import type { KnownValues } from './generations.js';

/** What a computation finds at its address when it begins. */
export interface SeenEntry {
  /** How it starts; `undefined`: there is none. */
  readonly seen: string | undefined;
  /** Whether the computation is to replace it, whatever it is. */
  readonly isForced: boolean;
}

export interface SharedLeaseParts extends SeenEntry {
  readonly generations: readonly Found[];
  /** Those of the generations that were absent before. */
  readonly begun: KnownValues;
  /** Where the log of tags was, where tags are to come. */
  readonly tagOffset: string | undefined;
  /** Whether the store has been told of all invalidations over the address that this process knows of. */
  readonly sawAllInvalidations: boolean;
  /** Of two computations in this process, the later one has the larger number. */
  readonly sequence: number;
}

/** The generations over an address at one moment, and so what may be done with what is computed from then on. */
export class SharedLease {
  /** The right to compute that this process holds under the fence. */
  fillLock: HeldLock | undefined;
  /** Whether nothing is computed under it any more. */
  isReleased = false;
  readonly generationStamps: readonly string[];
  /** The generations that were absent before, for as long as nothing is stored under them. */
  begun: KnownValues;
  readonly tagOffset: string | undefined;
  /** The start of what stood at the address when it was last looked at before the computation; `undefined`: nothing did. */
  seen: string | undefined;
  readonly isForced: boolean;
  readonly sequence: number;
  /** Whether nothing over the address is being changed. */
  private readonly isClean: boolean;
  private readonly sawAllInvalidations: boolean;

  constructor({ generations, begun, tagOffset, sawAllInvalidations, seen, isForced, sequence }: SharedLeaseParts) {
    this.generationStamps = generations.map(stampOf);
    this.isClean = areClean(generations);
    this.begun = begun;
    this.tagOffset = tagOffset;
    this.sawAllInvalidations = sawAllInvalidations;
    this.seen = seen;
    this.isForced = isForced;
    this.sequence = sequence;
  }

  /** Whether what is computed under it may be kept, and waited for by other processes. */
  get isStorable(): boolean {
    return this.isClean && this.sawAllInvalidations;
  }

  canShare(later: SharedLease): boolean {
    // A later computation has been stored since, and lost.
    if (isMark(later.seen) && later.seen !== this.seen) return false;
    return (
      this.sawAllInvalidations &&
      later.sawAllInvalidations &&
      this.tagOffset === later.tagOffset &&
      areEqual(this.generationStamps, later.generationStamps)
    );
  }
}

/** A generation and the life of the server that told it: one that comes back with older data has no generation of before. */
export function stampOf({ value, incarnation }: Found): string {
  return `${value?.toString('latin1') ?? ''}@${incarnation}`;
}

export function areEqual(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((stamp, index) => stamp === others[index]);
}

/** Whether all have begun, and nothing under them is being changed. */
export function areClean(generations: readonly Found[]): boolean {
  return generations.every(({ value }) => value !== undefined && parseGeneration(value).kind === 'clean');
}
