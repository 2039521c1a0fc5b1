import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../clock.js';
import type { Entry, Lease } from '../stores/store.js';

/** What a computation came to, for those who waited for it. */
export type Landing =
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
  private landing: Landing | undefined;
  private promised: Promise<Landing> | undefined;
  private settle: ((landing: Landing) => void) | undefined;

  /** As `performance.now()` counts. */
  readonly sinceMs = performance.now();

  constructor(readonly lease: Lease) {}

  /** What it comes to. Most computations end before anybody waits for them: only for those who do, there is a promise. */
  get landed(): Promise<Landing> {
    return (this.promised ??= new Promise(resolve => {
      if (this.landing === undefined) this.settle = resolve;
      else resolve(this.landing);
    }));
  }

  land(landing: Landing): void {
    if (landing.kind === 'recorded') this.entry = landing.entry;
    this.landing = landing;
    this.settle?.(landing);
  }
}

/** Milliseconds for which requests do not wait for each other after a response that could not be shared. */
const APART_MS = 10_000;
const MAX_APART = 10_000;

/** The computations under way, by key. */
export class Flights {
  private readonly flights = new Map<string, Flight>();
  /** Digests of keys whose last response could not be shared, Varnish's hit-for-miss: waiting for the next would be waiting in vain. */
  private readonly apart: LRUCache<string, true>;

  constructor(clock: Clock) {
    this.apart = new LRUCache({ max: MAX_APART, ttl: APART_MS, ttlResolution: 0, perf: clock });
  }

  get(key: string): Flight | undefined {
    return this.flights.get(key);
  }

  /** Whether requests for the key are better computed apart. */
  areApart(key: string): boolean {
    return this.apart.size > 0 && this.apart.has(digestOf(key));
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

  noteUnshareable(key: string): void {
    this.apart.set(digestOf(key), true);
  }

  noteShareable(key: string): void {
    if (this.apart.size > 0) this.apart.delete(digestOf(key));
  }
}

/** Keys may be long, and a list of them would be bounded in number alone. Two keys of one digest would only not wait for each other. */
function digestOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
