import type { ServerResponse } from 'node:http';
import { systemClock, type Clock } from '../clock.js';
import type { CacheConfig } from '../config/cache-config.js';
import { cacheStatus, type Outcome } from '../http/cache-status.js';
import { NullStore } from '../stores/null-store.js';
import { SimpleStore } from '../stores/simple/simple-store.js';
import type { Address, Ending, Entry, Fence, Invalidated, MaybePromise, Store, Targets, Undelivered } from '../stores/store.js';
import { Faults } from './faults.js';
import { Flights } from './flights.js';
import { inTime } from './in-time.js';
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
    this.faults = new Faults(config.onError, () => this.counters.counts.errors++);
    this.flights = new Flights(clock);
    this.store = this.openStore();
  }

  /** Says how a request ended, in the response and in the stats. Once for each request. */
  conclude(response: ServerResponse, outcome: Outcome): void {
    this.counters.countOutcome(outcome);
    if (this.config.cacheStatus === false || response.headersSent) return;
    // RFC 9211 §2: each cache on the way adds its own to what is there.
    response.appendHeader('Cache-Status', cacheStatus(this.config.cacheStatus, outcome));
  }

  /** Keeps a response, unless it was invalidated while it was computed. */
  async save(address: Address, entry: Entry, fence: Fence): Promise<void> {
    if (await this.keep(address, entry, fence)) this.counters.counts.stores++;
  }

  /** Keeps an entry, as `save` does, that is no response and counts as none. @returns whether it was kept */
  async keep(address: Address, entry: Entry, fence: Fence): Promise<boolean> {
    try {
      return await this.store.save(address, entry, fence);
    } catch (error) {
      this.faults.report('CACHE_STORE_FAILED', 'what was computed could not be stored', error);
      return false;
    }
  }

  /** Ends a fence whose computation stores nothing. */
  release(fence: Fence, ending: Ending): void {
    try {
      this.store.release(fence, ending);
    } catch (error) {
      this.faults.report('CACHE_STORE_FAILED', 'the store could not be told that a computation has ended', error);
    }
  }

  /** @returns whether clients may be told of the change. At once, when the store answers at once. */
  invalidate(targets: Targets): MaybePromise<boolean> {
    this.countInvalidations(targets);
    return this.settle(this.store.invalidate(targets));
  }

  countInvalidations({ prefixes, tags = [] }: Targets): void {
    this.counters.counts.invalidations += prefixes.length + tags.length;
  }

  /** Waits for an invalidation. @returns whether clients may be told of the change */
  settle(invalidated: MaybePromise<Invalidated>): MaybePromise<boolean> {
    if (invalidated instanceof Promise) return invalidated.then(settled => this.settle(settled));
    return invalidated === undefined || this.untilDelivered(invalidated);
  }

  stats(): CacheStats {
    return Object.freeze({ ...this.counters.counts, ...this.store.size() });
  }

  private untilDelivered({ cause, delivered }: Undelivered): MaybePromise<boolean> {
    this.faults.report(
      'CACHE_INVALIDATION_UNDELIVERED',
      'an invalidation could not be delivered; it is tried again until it is, and until then nothing that it covers is taken from the store',
      cause,
    );
    if (this.config.whenUnreachable === 'continue') return true;
    return inTime(delivered, this.config.collapseTimeout * 1000).then(delivery => delivery !== 'late');
  }

  private openStore(): Store {
    const { store, maxBytes, keyPrefix, storeTimeout, collapseTimeout } = this.config;
    if (store === 'simple') return new SimpleStore({ maxBytes, clock: this.clock });
    if (store === 'null') return new NullStore();
    if (!('open' in store)) return store;
    return store.open({
      clock: this.clock,
      keyPrefix,
      storeTimeoutMs: storeTimeout * 1000,
      collapseTimeoutMs: collapseTimeout * 1000,
      report: (code, message, cause) => {
        this.faults.report(code, message, cause);
      },
    });
  }
}
