import type { Found } from './driver.js';
import type { HeldClaim } from './claims.js';
import { parseGeneration } from './generation.js';

/** The generations over a path at one moment, and so what may be done with what is computed from then on. */
export class SharedFence {
  /** The right to compute that this process holds under the fence. */
  claim: HeldClaim | undefined;
  /** Whether what was computed under it has been kept or given up: a right that is granted now comes too late. */
  hasEnded = false;
  readonly stamps: readonly string[];
  /** Whether nothing over the path is being changed. */
  private readonly isClean: boolean;

  /** @param isTrusted whether the store has been told of all invalidations over the path that this process knows of */
  constructor(
    generations: readonly Found[],
    private readonly isTrusted: boolean,
  ) {
    this.stamps = generations.map(stampOf);
    this.isClean = generations.every(({ value }) => value !== undefined && parseGeneration(value).kind === 'clean');
  }

  /** Whether what is computed under it may be kept, and waited for by other processes. */
  get isStorable(): boolean {
    return this.isClean && this.isTrusted;
  }

  covers(later: SharedFence): boolean {
    return this.isTrusted && later.isTrusted && areEqual(this.stamps, later.stamps);
  }
}

/** A generation and the life of the server that told it: one that comes back with older data has no generation of before. */
function stampOf({ value, incarnation }: Found): string {
  return `${value?.toString('latin1') ?? ''}@${incarnation}`;
}

export function areEqual(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((stamp, index) => stamp === others[index]);
}
