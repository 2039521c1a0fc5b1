import type { Address } from './store.js';

/** The number of computations after which those without tags are the rule. */
const FIRST = 3;

/**
 * The forecast whether the next response of an action, or the next result of a method, has tags that are unknown before it is
 * computed. Only a lease that expects them detects the invalidation of one of them, and in a shared store such a lease costs a
 * round trip.
 */
export class TagForecast {
  /** The parts of an address that say whether its entry may have such tags. */
  forAddress: Pick<Address, 'hasComputedTags' | 'isUntaggedSoFar'>;
  private computations = 0;

  /** @param hasTags true if the entries always may have such tags */
  constructor(hasTags: boolean) {
    this.forAddress = { hasComputedTags: true, isUntaggedSoFar: !hasTags };
  }

  /** Records a computation. @param hasTags true if it had such tags */
  record(hasTags: boolean): void {
    this.computations++;
    const isUntaggedSoFar = this.forAddress.isUntaggedSoFar === true && !hasTags;
    this.forAddress = { hasComputedTags: !isUntaggedSoFar || this.computations < FIRST, isUntaggedSoFar };
  }
}
