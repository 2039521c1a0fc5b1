import { SeededRandom } from '../lib/testing/random.js';

/** A generator of numbers from 0 to 1 (without 1), the same for the same seed. */
export function seededRandom(seed: number): () => number {
  const random = new SeededRandom(seed);
  return () => random.next();
}
