import type { ServerResponse } from 'node:http';
import { steadyClock, type Clock } from '../time/clock.js';
import type { CacheConfig } from '../options/cache-config.js';
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
  LookupResult,
  Store,
  Targets,
  Unreachable,
} from '../stores/store.js';
import { FaultReporter } from './fault-reporter.js';
import type { Computations } from './computation.js';
import { acknowledged } from './acknowledgement.js';
import { Settling } from './settling.js';
import { SingleFlight } from './single-flight.js';
import { clockOf, openStore } from './open-store.js';
import { PartialResponses } from './partial-responses.js';
import { reasonOf } from './outcome-text.js';
import { Counters, type CacheStats } from './stats.js';
import { publishInvalidation } from './publish-invalidation.js';
import { Verification } from '../verification/verification.js';

const UNREACHABLE: Unreachable = { kind: 'unreachable' };

function leaseOf(found: LookupMiss | Unreachable): Lease | undefined {
  return found.kind === 'miss' ? found.lease : undefined;
}

/** The state of one configuration of the cache. */
export class CacheRuntime {
  private readonly plainStore: Store;
  private observed: Store | undefined;
  readonly singleFlight: SingleFlight;
  readonly parts = new PartialResponses();
  /** The targets that settle, in a store that does not hold them itself. Undefined before the first. */
  private settling: Settling | undefined;
  readonly faults: FaultReporter;
  private readonly counters = new Counters();
  private reasons: MissReasons | undefined;
  /** The cache's name in `Cache-Status`. Undefined if responses have no such header. */
  readonly cacheName: string | undefined;
  /** The clock for the lifetimes of entries. */
  readonly clock: Clock;
  /** The verification of hits. Undefined if no hit is verified. */
  readonly verification: Verification | undefined;

  constructor(
    readonly config: CacheConfig,
    readonly computations: Computations,
  ) {
    this.faults = new FaultReporter(config.onError, () => this.counters.counts.errors++);
    this.singleFlight = new SingleFlight(steadyClock);
    this.clock = clockOf(config);
    this.verification = config.verify === false ? undefined : new Verification(config.verify, this.clock);
    this.cacheName = config.cacheStatus === false ? undefined : sfCacheName(config.cacheStatus);
    this.plainStore = openStore(config, this.clock, this.faults);
  }

  /** The store. It is wrapped only while `operation` has subscribers, so that a hit is fast without them. */
  get store(): Store {
    return channels.operation.hasSubscribers ? (this.observed ??= observedStore(this.plainStore)) : this.plainStore;
  }

  /** The miss history. It exists only while `outcome` has subscribers, so it never has a gap. */
  get history(): MissReasons | undefined {
    return (this.reasons = channels.outcome.hasSubscribers ? (this.reasons ?? new MissReasons()) : undefined);
  }

  /** Records the outcome of a request in the response and in the stats. Call it once per request. */
  recordOutcome(response: ServerResponse, outcome: Outcome, trace: RequestTrace | undefined): void {
    const status = this.count(outcome);
    // RFC 9211 §2: each cache appends its member to the list.
    if (status !== undefined && !response.headersSent) appendValues(response, 'Cache-Status', status);
    // A miss is published with the end of its fill.
    if (trace !== undefined && outcome.kind !== 'miss') trace.end(outcome.kind, reasonOf(outcome));
  }

  /** Adds the reason of a miss to `Cache-Status`, if the headers have not gone out. */
  setMissDetail(response: ServerResponse, detail: string): void {
    const { cacheName } = this;
    if (cacheName === undefined || response.headersSent) return;
    const [before, after] = [cacheStatus(cacheName, { kind: 'miss' }), cacheStatus(cacheName, { kind: 'miss', detail })];
    const header = replaceMember(response.getHeader('Cache-Status'), before, after);
    if (header !== undefined) response.setHeader('Cache-Status', header);
  }

  /** Counts an outcome. @returns the member for `Cache-Status`, undefined if responses have no such header */
  count(outcome: Outcome): string | undefined {
    this.counters.countOutcome(outcome);
    return this.cacheName === undefined ? undefined : cacheStatus(this.cacheName, outcome);
  }

  /** Stores the entry of a response, unless it was invalidated during the fill. Synchronous if the store is. */
  save(address: Address, entry: Entry, lease: Lease): MaybePromise<boolean> {
    const isStored = this.saveVariant(address, entry, lease);
    return isStored instanceof Promise ? isStored.then(saved => this.countStore(saved)) : this.countStore(isStored);
  }

  /** Stores an entry, or a variant of one, without counting a stored response. @returns true if it was stored */
  saveVariant(address: Address, entry: Entry, lease: Lease): MaybePromise<boolean> {
    return this.survive('what was computed could not be stored', false, () => {
      this.settling?.removeSettled();
      if (this.settling?.covers(address, entry.tags) !== true) return this.store.save(address, entry, lease);
      this.store.release(lease, 'unused');
      return false;
    });
  }

  /** Looks an entry up. A forced computation ignores the stored entry. */
  lookUp(address: Address, isForced: boolean): MaybePromise<LookupResult> {
    this.settling?.removeSettled();
    return isForced ? this.store.lease(address) : this.store.lookup(address);
  }

  /** Returns true if a change of the missed entry runs or settles, so that the entry will not be stored. */
  isBeingChanged(address: Address, { isBeingChanged }: LookupMiss): boolean {
    return isBeingChanged === true || this.settling?.covers(address) === true;
  }

  /** Acquires a lease for a later save. @returns undefined if the store grants none, so that nothing can be stored */
  lease(address: Address): MaybePromise<Lease | undefined> {
    const found = this.survive('the store could not be reached', UNREACHABLE, () => this.store.lease(address));
    return found instanceof Promise ? found.then(leaseOf) : leaseOf(found);
  }

  /** Releases the lease of a fill that stores nothing. */
  release(lease: Lease, reason: ReleaseReason): void {
    try {
      this.store.release(lease, reason);
    } catch (error) {
      this.faults.report('CACHE_STORE_FAILED', 'the release of a lease failed', error);
    }
  }

  /**
   * Invalidates, and publishes the invalidation.
   *
   * @param by the request or call that invalidates, for subscribers
   * @param settleMs milliseconds in which nothing is stored that the targets cover. Default: 0
   * @param invalidateStore Default: the store's `invalidate`.
   * @returns true if the client may see the write acknowledged. Synchronous if the store is.
   */
  invalidate(
    targets: Targets,
    by: string,
    settleMs = 0,
    invalidateStore: () => MaybePromise<InvalidationResult> = () => this.store.invalidate(targets, settleMs),
  ): MaybePromise<boolean> {
    const { prefixes, tags = [] } = targets;
    this.counters.counts.invalidations += prefixes.length + tags.length;
    if (settleMs > 0 && this.plainStore.beginWrite === undefined) this.settle(targets, settleMs);
    this.history?.recordInvalidated(prefixes, tags, by, this.clock.now());
    this.verification?.changes.recordInvalidated(targets, by);
    const isPublished = channels.invalidated.hasSubscribers;
    const invalidated = isPublished ? publishInvalidation(this.store, targets, by, invalidateStore) : invalidateStore();
    return acknowledged(this.config, this.faults, invalidated);
  }

  private settle(targets: Targets, settleMs: number): void {
    this.settling ??= new Settling(this.clock, settled => void this.plainStore.invalidate(settled));
    this.settling.add(targets, settleMs);
  }

  stats(): CacheStats {
    return Object.freeze({ ...this.counters.counts, ...this.store.size() });
  }

  /** Runs an operation of the store, and reports its error. @returns `otherwise` after an error */
  survive<T>(message: string, otherwise: T, operate: () => MaybePromise<T>): MaybePromise<T> {
    const failed = (error: unknown): T => {
      this.faults.report('CACHE_STORE_FAILED', message, error);
      return otherwise;
    };
    try {
      const answer = operate();
      return answer instanceof Promise ? answer.catch(failed) : answer;
    } catch (error) {
      return failed(error);
    }
  }

  private countStore(isStored: boolean): boolean {
    if (isStored) this.counters.counts.stores++;
    return isStored;
  }
}
