import { LRUCache } from 'lru-cache';
import type { Clock } from '../time/clock.js';
import { keyDigest } from './key-digest.js';
import type { Entry, Lease } from '../stores/store.js';

/** What a computation came to, for those who waited for it. */
export type FillResult =
  | { readonly kind: 'recorded'; readonly entry: Entry }
  /** Not to be stored, so not to be given to others either. */
  | { readonly kind: 'unshareable' }
  /** It came to an error: not to be given to others either. */
  | { readonly kind: 'failed' }
  /** It did not come to its end. */
  | { readonly kind: 'abandoned' };

/** A computation under way that others may wait for. */
export class Flight {
  /** What it came to, from when it has: until it is in the store, it is found here. */
  entry: Entry | undefined;
  private result: FillResult | undefined;
  private promised: Promise<FillResult> | undefined;
  private resolve: ((result: FillResult) => void) | undefined;

  /** As `performance.now()` counts. */
  readonly sinceMs = performance.now();

  constructor(readonly lease: Lease) {}

  /** What it comes to. Most computations end before anybody waits for them: only for those who do, there is a promise. */
  get settled(): Promise<FillResult> {
    return (this.promised ??= new Promise(resolve => {
      if (this.result === undefined) this.resolve = resolve;
      else resolve(this.result);
    }));
  }

  settle(result: FillResult): void {
    if (result.kind === 'recorded') this.entry = result.entry;
    this.result = result;
    this.resolve?.(result);
  }
}

/** Milliseconds for which requests do not wait for each other after a response that could not be shared. */
const HIT_FOR_MISS_MS = 10_000;
const MAX_HIT_FOR_MISS = 10_000;

/** The computations under way, by key. */
export class SingleFlight {
  private readonly flights = new Map<string, Flight>();
  /** Digests of keys whose last response could not be shared, Varnish's hit-for-miss: waiting for the next would be waiting in vain. */
  private readonly hitForMiss: LRUCache<string, true>;

  constructor(clock: Clock) {
    this.hitForMiss = new LRUCache({ max: MAX_HIT_FOR_MISS, ttl: HIT_FOR_MISS_MS, ttlResolution: 0, perf: clock });
  }

  get(key: string): Flight | undefined {
    return this.flights.get(key);
  }

  /** Whether requests for the key are better computed apart. */
  isHitForMiss(key: string): boolean {
    return this.hitForMiss.size > 0 && this.hitForMiss.has(keyDigest(key));
  }

  /** Announces a computation that others may wait for; one that was announced before gets no more of them. */
  open(key: string, lease: Lease): Flight {
    const flight = new Flight(lease);
    this.flights.set(key, flight);
    return flight;
  }

  /** Nobody else shall wait for this flight. */
  close(key: string, flight: Flight): void {
    if (this.flights.get(key) === flight) this.flights.delete(key);
  }

  markHitForMiss(key: string): void {
    this.hitForMiss.set(keyDigest(key), true);
  }

  clearHitForMiss(key: string): void {
    if (this.hitForMiss.size > 0) this.hitForMiss.delete(keyDigest(key));
  }
}
