import type { ServerResponse } from 'node:http';
import { steadyClock, type Clock } from '../time/clock.js';
import type { CacheConfig } from '../options/cache-config.js';
import { inTime } from '../time/deadline.js';
import { channels } from '../events/channels.js';
import { MissReasons } from '../events/miss-reasons.js';
import type { RequestTrace } from '../events/request-trace.js';
import { sfCacheName, cacheStatus, replaceMember, type Outcome } from '../http/cache-status.js';
import { appendValues } from '../http/headers.js';
import { observedStore } from './observed-store.js';
import type {
  Address,
  ReleaseReason,
  Entry,
  Lease,
  InvalidationResult,
  MaybePromise,
  LookupMiss,
  Store,
  Targets,
  Undelivered,
  Unreachable,
} from '../stores/store.js';
import { FaultReporter } from './fault-reporter.js';
import { SingleFlight } from './single-flight.js';
import { clockOf, openStore } from './open-store.js';
import { PartialResponses } from './partial-responses.js';
import { reasonOf } from './outcome-text.js';
import { Counters, type CacheStats } from './stats.js';
import { publishInvalidation } from './publish-invalidation.js';

const UNREACHABLE: Unreachable = { kind: 'unreachable' };

function leaseOf(begun: LookupMiss | Unreachable): Lease | undefined {
  return begun.kind === 'miss' ? begun.lease : undefined;
}

/** The cache at work: one configuration, and the state that began with it. */
export class CacheRuntime {
  private readonly plainStore: Store;
  private observed: Store | undefined;
  readonly singleFlight: SingleFlight;
  readonly parts = new PartialResponses();
  readonly faults: FaultReporter;
  private readonly counters = new Counters();
  private bypass: MissReasons | undefined;
  /** As `Cache-Status` has it; `undefined`: nothing is said there. */
  readonly cacheName: string | undefined;

  /** Where the lifetimes of entries take their time from. */
  readonly clock: Clock;

  constructor(readonly config: CacheConfig) {
    this.faults = new FaultReporter(config.onError, () => this.counters.counts.errors++);
    this.singleFlight = new SingleFlight(steadyClock);
    this.clock = clockOf(config);
    this.cacheName = config.cacheStatus === false ? undefined : sfCacheName(config.cacheStatus);
    this.plainStore = openStore(config, this.clock, this.faults);
  }

  /** With nobody listening, as it was opened: a hit goes through nothing else. */
  get store(): Store {
    return channels.operation.hasSubscribers ? (this.observed ??= observedStore(this.plainStore)) : this.plainStore;
  }

  /** What happened since somebody listens. What comes to pass with nobody listening ends it, so that it never tells half of it. */
  get history(): MissReasons | undefined {
    return (this.bypass = channels.outcome.hasSubscribers ? (this.bypass ?? new MissReasons()) : undefined);
  }

  /** Says how a request ended, in the response and in the stats. Once for each request. */
  recordOutcome(response: ServerResponse, outcome: Outcome, trace: RequestTrace | undefined): void {
    const status = this.count(outcome);
    // RFC 9211 §2: each cache on the way adds its own to what is there.
    if (status !== undefined && !response.headersSent) appendValues(response, 'Cache-Status', status);
    // A miss is published with the end of its fill.
    if (trace !== undefined && outcome.kind !== 'miss') trace.end(outcome.kind, reasonOf(outcome));
  }

  /** Says in the response why it is not stored, where its headers can still be changed. */
  setMissDetail(response: ServerResponse, detail: string): void {
    const { cacheName } = this;
    if (cacheName === undefined || response.headersSent) return;
    const [said, says] = [cacheStatus(cacheName, { kind: 'miss' }), cacheStatus(cacheName, { kind: 'miss', detail })];
    const header = replaceMember(response.getHeader('Cache-Status'), said, says);
    if (header !== undefined) response.setHeader('Cache-Status', header);
  }

  /** Counts how a request ended. @returns what the response says of it; `undefined`: nothing */
  count(outcome: Outcome): string | undefined {
    this.counters.countOutcome(outcome);
    return this.cacheName === undefined ? undefined : cacheStatus(this.cacheName, outcome);
  }

  /** Keeps the entry of a response, unless it was invalidated while it was computed. At once, when the store answers at once. */
  save(address: Address, entry: Entry, lease: Lease): MaybePromise<boolean> {
    const isKept = this.saveVariant(address, entry, lease);
    return isKept instanceof Promise ? isKept.then(kept => this.countStore(kept)) : this.countStore(isKept);
  }

  /** Keeps an entry, or more of one, as `save` does, that is no further response and counts as none. @returns whether it was kept */
  saveVariant(address: Address, entry: Entry, lease: Lease): MaybePromise<boolean> {
    return this.survive('what was computed could not be stored', false, () => this.store.save(address, entry, lease));
  }

  /** A fence for what is made from now on. @returns `undefined` where there is none to be had, so that it cannot be kept */
  lease(address: Address): MaybePromise<Lease | undefined> {
    const begun = this.survive('the store could not be asked', UNREACHABLE, () => this.store.lease(address));
    return begun instanceof Promise ? begun.then(leaseOf) : leaseOf(begun);
  }

  /** Ends a fence whose computation stores nothing. */
  release(lease: Lease, reason: ReleaseReason): void {
    try {
      this.store.release(lease, reason);
    } catch (error) {
      this.faults.report('CACHE_STORE_FAILED', 'the store could not be told that a computation has ended', error);
    }
  }

  /**
   * @param by who does it, for those who listen
   * @param how default: the store is told
   * @returns whether clients may be told of the change. At once, when the store answers at once.
   */
  invalidate(
    targets: Targets,
    by: string,
    how: () => MaybePromise<InvalidationResult> = () => this.store.invalidate(targets),
  ): MaybePromise<boolean> {
    const { prefixes, tags = [] } = targets;
    this.counters.counts.invalidations += prefixes.length + tags.length;
    this.history?.recordInvalidated(prefixes, tags, by, this.clock.now());
    return this.settle(channels.invalidated.hasSubscribers ? publishInvalidation(this.store, targets, by, how) : how());
  }

  /** Waits for an invalidation. @returns whether clients may be told of the change */
  private settle(invalidated: MaybePromise<InvalidationResult>): MaybePromise<boolean> {
    if (invalidated instanceof Promise) return invalidated.then(settled => this.settle(settled));
    return invalidated === undefined || this.waitUntilDelivered(invalidated);
  }

  stats(): CacheStats {
    return Object.freeze({ ...this.counters.counts, ...this.store.size() });
  }

  /** Asks the store. @returns what it answers; `otherwise` when it fails, which is reported */
  survive<T>(message: string, otherwise: T, ask: () => MaybePromise<T>): MaybePromise<T> {
    const failed = (error: unknown): T => {
      this.faults.report('CACHE_STORE_FAILED', message, error);
      return otherwise;
    };
    try {
      const answer = ask();
      return answer instanceof Promise ? answer.catch(failed) : answer;
    } catch (error) {
      return failed(error);
    }
  }

  private countStore(isStored: boolean): boolean {
    if (isStored) this.counters.counts.stores++;
    return isStored;
  }

  private waitUntilDelivered({ cause, delivered, isLost, hasLapsed = false }: Undelivered): MaybePromise<boolean> {
    if (isLost === true) return this.config.whenUnreachable === 'continue';
    this.faults.report(
      'CACHE_INVALIDATION_UNDELIVERED',
      'an invalidation could not be delivered; it is tried again until it is, and until then nothing that it covers is taken from the store',
      cause,
    );
    const { whenUnreachable, collapseTimeout } = this.config;
    // Elsewhere the change still counts as under way, so nothing that it covers is served there.
    if (whenUnreachable === 'continue' && !hasLapsed) return true;
    return inTime(delivered, collapseTimeout * 1000, 'late', false).then(
      delivery => delivery !== 'late' || whenUnreachable === 'continue',
    );
  }
}
