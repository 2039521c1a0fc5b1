import { SeededRandom } from '../store-contract/random.js';

/** Numbers that are the same for the same seed. */
export class Random extends SeededRandom {
  /** A whole number below `end`. */
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
