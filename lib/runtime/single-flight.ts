import { LRUCache } from 'lru-cache';
import type { Clock } from '../time/clock.js';
import { keyDigest } from '../keys/key-digest.js';
import type { Entry, Lease } from '../stores/store.js';

/** The result of a fill, for the requests that wait for it. */
export type FillResult =
  | { readonly kind: 'recorded'; readonly entry: Entry }
  /** The response may not be stored, so other requests may not get it either. */
  | { readonly kind: 'unshareable' }
  /** The fill failed. Other requests may not get its error response. */
  | { readonly kind: 'failed' }
  /** The fill did not complete. */
  | { readonly kind: 'abandoned' };

/** A running fill that other requests may wait for. */
export class Flight {
  /** The entry, once it is created. Until the store has it, requests get it here. */
  entry: Entry | undefined;
  private result: FillResult | undefined;
  private promised: Promise<FillResult> | undefined;
  private resolve: ((result: FillResult) => void) | undefined;

  /** The start, in milliseconds of `performance.now()`. */
  readonly sinceMs = performance.now();

  constructor(readonly lease: Lease) {}

  /** The promise of the result. It is created on demand, since most fills settle before any request waits. */
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

/** The time for which requests do not wait for each other after an unshareable response, in milliseconds. */
const HIT_FOR_MISS_MS = 10_000;
const MAX_HIT_FOR_MISS = 10_000;

/** The running fills, by key. */
export class SingleFlight {
  private readonly flights = new Map<string, Flight>();
  /**
   * Digests of keys whose last response was unshareable (Varnish's hit-for-miss). To wait for the next response would be
   * useless.
   */
  private readonly hitForMiss: LRUCache<string, true>;

  constructor(clock: Clock) {
    this.hitForMiss = new LRUCache({ max: MAX_HIT_FOR_MISS, ttl: HIT_FOR_MISS_MS, ttlResolution: 0, perf: clock });
  }

  get(key: string): Flight | undefined {
    return this.flights.get(key);
  }

  /** Tests whether each request for the key fills without waiting. */
  isHitForMiss(key: string): boolean {
    return this.hitForMiss.size > 0 && this.hitForMiss.has(keyDigest(key));
  }

  /** Opens a flight for a fill. It replaces an earlier flight: new requests wait for the new one. */
  open(key: string, lease: Lease): Flight {
    const flight = new Flight(lease);
    this.flights.set(key, flight);
    return flight;
  }

  /** Closes a flight: no further request waits for it. */
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
