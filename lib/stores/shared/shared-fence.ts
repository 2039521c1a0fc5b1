import type { Found } from './driver.js';
import type { HeldClaim } from './claims.js';
import { isMark } from './entry-format.js';
import { parseGeneration } from './generation.js';
import type { Seen } from './generations.js';

/** What a computation finds at its address when it begins. */
export interface SeenEntry {
  /** How it starts; `undefined`: there is none. */
  readonly seen: string | undefined;
  /** Whether the computation is to replace it, whatever it is. */
  readonly isForced: boolean;
}

export interface SharedFenceParts extends SeenEntry {
  readonly generations: readonly Found[];
  /** Those of the generations that were absent before. */
  readonly begun: Seen;
  /** Where the log of tags was, where tags are to come. */
  readonly tagPosition: string | undefined;
  /** Whether the store has been told of all invalidations over the address that this process knows of. */
  readonly isTrusted: boolean;
  /** Of two computations in this process, the later one has the larger number. */
  readonly sequence: number;
}

/** The generations over an address at one moment, and so what may be done with what is computed from then on. */
export class SharedFence {
  /** The right to compute that this process holds under the fence. */
  claim: HeldClaim | undefined;
  /** Whether nothing is computed under it any more. */
  isOver = false;
  readonly stamps: readonly string[];
  /** The generations that were absent before, for as long as nothing is stored under them. */
  begun: Seen;
  readonly tagPosition: string | undefined;
  /** The start of what stood at the address when it was last looked at before the computation; `undefined`: nothing did. */
  seen: string | undefined;
  readonly isForced: boolean;
  readonly sequence: number;
  /** Whether nothing over the address is being changed. */
  private readonly isClean: boolean;
  private readonly isTrusted: boolean;

  constructor({ generations, begun, tagPosition, isTrusted, seen, isForced, sequence }: SharedFenceParts) {
    this.stamps = generations.map(stampOf);
    this.isClean = areClean(generations);
    this.begun = begun;
    this.tagPosition = tagPosition;
    this.isTrusted = isTrusted;
    this.seen = seen;
    this.isForced = isForced;
    this.sequence = sequence;
  }

  /** Whether what is computed under it may be kept, and waited for by other processes. */
  get isStorable(): boolean {
    return this.isClean && this.isTrusted;
  }

  covers(later: SharedFence): boolean {
    // A later computation has been stored since, and lost.
    if (isMark(later.seen) && later.seen !== this.seen) return false;
    return this.isTrusted && later.isTrusted && this.tagPosition === later.tagPosition && areEqual(this.stamps, later.stamps);
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
