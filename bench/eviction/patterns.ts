import { seededRandom } from '../random.js';
import { Zipf } from './zipf.js';

/** Keys that the patterns draw from; capacity is a share of them. */
export const KEYS = 100_000;
const REQUESTS = 1_000_000;
const EXPONENT = 0.9;
const SEED = 20_260_101;

/** An access pattern: the same keys in the same order each time. */
export interface Pattern {
  readonly name: string;
  requests(): Iterable<number>;
}

export const patterns: readonly Pattern[] = [
  { name: 'Zipf 0.9', requests: zipf },
  { name: 'Zipf 0.9 and a scan', requests: zipfAndScan },
  { name: 'shifting working set', requests: shifting },
];

function* zipf(): Iterable<number> {
  const ranks = new Zipf(KEYS, EXPONENT, seededRandom(SEED));
  for (let request = 0; request < REQUESTS; request++) yield ranks.draw();
}

/** In the middle, each second request is for a key that comes but once, until there have been as many of them as there are keys. */
function* zipfAndScan(): Iterable<number> {
  const firstOfScan = (REQUESTS - KEYS) / 2;
  let request = 0;
  for (const key of zipf()) {
    const scanned = request++ - firstOfScan;
    if (scanned >= 0 && scanned < KEYS) yield KEYS + scanned;
    yield key;
  }
}

/** Nine of ten requests go to a fiftieth of the keys, which moves on by one key every fifty requests. */
function* shifting(): Iterable<number> {
  const random = seededRandom(SEED);
  const ranks = new Zipf(KEYS, EXPONENT, random);
  for (let request = 0; request < REQUESTS; request++) {
    const first = Math.floor(request / 50);
    yield random() < 0.9 ? (first + Math.floor(random() * (KEYS / 50))) % KEYS : ranks.draw();
  }
}
