import type { Outcome } from '../http/cache-status.js';

/** The counters of the cache since its configuration. */
export interface CacheStats {
  /** Requests answered from the store. */
  readonly hits: number;
  /** Requests for which the handler ran. */
  readonly misses: number;
  /** Requests answered with an expired response, by `staleWhileRevalidate` or `staleIfError`. */
  readonly stale: number;
  /** Requests answered by the fill of another request. */
  readonly collapsed: number;
  /** Requests that bypassed the cache. */
  readonly bypasses: number;
  /** Responses stored. */
  readonly stores: number;
  /** Prefixes and tags invalidated; clearing counts as one. */
  readonly invalidations: number;
  /** Faults that the cache survived. */
  readonly errors: number;
  /** Entries now in the simple store. 0 for a shared store, which has no count. */
  readonly entries: number;
  /** Bytes now in the simple store, keys and bookkeeping included. For a shared store: the bytes of its near cache. */
  readonly bytes: number;
}

/** Counts outcomes, stores, invalidations and errors. */
export class Counters {
  readonly counts = {
    hits: 0,
    misses: 0,
    stale: 0,
    collapsed: 0,
    bypasses: 0,
    stores: 0,
    invalidations: 0,
    errors: 0,
  };

  countOutcome({ kind }: Outcome): void {
    this.counts[COUNTED_AS[kind]]++;
  }
}

const COUNTED_AS = { hit: 'hits', miss: 'misses', stale: 'stale', collapsed: 'collapsed', bypass: 'bypasses' } as const;
