import type { Outcome } from '../http/cache-status.js';

/** What the cache has done since it was configured. */
export interface CacheStats {
  /** Requests answered from the store. */
  readonly hits: number;
  /** Requests for which the handler ran. */
  readonly misses: number;
  /** Requests answered with an expired response, by `staleWhileRevalidate` or `staleIfError`. */
  readonly stale: number;
  /** Requests answered by the computation of another. */
  readonly collapsed: number;
  /** Requests for which the cache was not asked. */
  readonly bypasses: number;
  /** Responses stored. */
  readonly stores: number;
  /** Prefixes and tags invalidated; clearing counts as one. */
  readonly invalidations: number;
  /** Faults survived. */
  readonly errors: number;
  /** Entries now in the simple store; 0 for a store that is shared, which nobody counts. */
  readonly entries: number;
  /** Bytes now in the simple store, keys and bookkeeping included; of a shared one, those of its near cache. */
  readonly bytes: number;
}

/** Counts what the cache does. */
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
