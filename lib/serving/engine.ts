import type { ServerResponse } from 'node:http';
import { systemClock, type Clock } from '../clock.js';
import type { CacheConfig } from '../config/cache-config.js';
import { cacheStatus, type Outcome } from '../http/cache-status.js';
import { NullStore } from '../stores/null-store.js';
import { SimpleStore } from '../stores/simple/simple-store.js';
import type { Address, Entry, Fence, Store } from '../stores/store.js';
import { Faults } from './faults.js';
import { Flights } from './flights.js';
import { Counters, type CacheStats } from './stats.js';

/** The cache at work: one configuration, and the state that began with it. */
export class Engine {
  readonly store: Store;
  readonly flights: Flights;
  readonly faults: Faults;
  private readonly counters = new Counters();

  constructor(
    readonly config: CacheConfig,
    readonly clock: Clock = systemClock,
  ) {
    this.store = storeOf(config, clock);
    this.flights = new Flights(clock);
    this.faults = new Faults(config.onError, () => this.counters.counts.errors++);
  }

  /** Says how a request ended, in the response and in the stats. Once for each request. */
  conclude(response: ServerResponse, outcome: Outcome): void {
    this.counters.countOutcome(outcome);
    if (this.config.cacheStatus === false || response.headersSent) return;
    // RFC 9211 §2: each cache on the way adds its own to what is there.
    response.appendHeader('Cache-Status', cacheStatus(this.config.cacheStatus, outcome));
  }

  /** Keeps an entry, unless it was invalidated while it was computed. */
  async save(address: Address, entry: Entry, fence: Fence): Promise<void> {
    try {
      if (await this.store.save(address, entry, fence)) this.counters.counts.stores++;
    } catch (error) {
      this.faults.report('CACHE_STORE_FAILED', 'a response could not be stored', error);
    }
  }

  /** Ends a fence whose computation stores nothing. */
  release(fence: Fence): void {
    try {
      this.store.release(fence);
    } catch (error) {
      this.faults.report('CACHE_STORE_FAILED', 'the store could not be told that a computation has ended', error);
    }
  }

  async invalidate(prefixes: readonly string[]): Promise<void> {
    this.counters.counts.invalidations += prefixes.length;
    await this.store.invalidate(prefixes);
  }

  stats(): CacheStats {
    return Object.freeze({ ...this.counters.counts, ...this.store.size() });
  }
}

function storeOf({ store, maxBytes }: CacheConfig, clock: Clock): Store {
  if (store === 'simple') return new SimpleStore({ maxBytes, clock });
  if (store === 'null') return new NullStore();
  return store;
}
