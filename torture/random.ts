import { SeededRandom } from '../store-contract/random.js';

/** Pseudo-random numbers. The same seed gives the same sequence. */
export class Random extends SeededRandom {
  /** Returns a whole number from 0 to below `end`. */
  below(end: number): number {
    return Math.floor(this.next() * end);
  }

  between(start: number, end: number): number {
    return start + this.next() * (end - start);
  }

  override pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }
}
