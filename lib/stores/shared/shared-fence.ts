import type { Found } from './driver.js';
import type { HeldClaim } from './claims.js';
import { parseGeneration } from './generation.js';

/** The generations over an address at one moment, and so what may be done with what is computed from then on. */
export class SharedFence {
  /** The right to compute that this process holds under the fence. */
  claim: HeldClaim | undefined;
  /** Whether nothing is computed under it any more. */
  isOver = false;
  readonly stamps: readonly string[];
  /** Whether nothing over the address is being changed. */
  private readonly isClean: boolean;

  /**
   * @param tagPosition where the log of tags was, where tags are to come
   * @param isTrusted whether the store has been told of all invalidations over the address that this process knows of
   * @param sequence of two computations in this process, the later one has the larger number
   */
  constructor(
    generations: readonly Found[],
    readonly tagPosition: string | undefined,
    private readonly isTrusted: boolean,
    readonly sequence: number,
  ) {
    this.stamps = generations.map(stampOf);
    this.isClean = areClean(generations);
  }

  /** Whether what is computed under it may be kept, and waited for by other processes. */
  get isStorable(): boolean {
    return this.isClean && this.isTrusted;
  }

  covers(later: SharedFence): boolean {
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
