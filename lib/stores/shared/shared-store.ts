import type {
  Address,
  WriteIntent,
  FillLock,
  ReleaseReason,
  Entry,
  Lease,
  InvalidationResult,
  LookupResult,
  LookupMiss,
  Store,
  StoreSettings,
  StoreSize,
  Targets,
  Unreachable,
} from '../store.js';
import { inTime } from '../../time/deadline.js';
import { FillLocks } from './fill-locks.js';
import type { Driver } from './driver.js';
import { EntryOrder, type PutMode } from './entry-order.js';
import { GenerationSnapshots } from './generation-snapshots.js';
import { RemoteReader, canReadRange, NearCache } from './near-cache.js';
import { Generations } from './generations.js';
import { InvalidationRetries } from './invalidation-retries.js';
import { Invalidations } from './invalidations.js';
import { KeySpace } from './key-space.js';
import { lostInvalidationMessage } from './lost-targets.js';
import { Writers } from './writers.js';
import { LOST, OpenWrites } from './open-writes.js';
import { CircuitBreaker, unlessUnreachable } from './circuit-breaker.js';
import { SharedEntries } from './shared-entries.js';
import type { SharedLease } from './shared-lease.js';
import { SharedWriteIntent } from './shared-write-intent.js';
import { TagLog } from './tag-log.js';
import { TrackedDriver } from './tracked-driver.js';
import { FillWait } from './fill-wait.js';

/** Milliseconds for which `close` waits for writes in progress and for undelivered invalidations. */
const CLOSE_MS = 10_000;

/**
 * A cache in a key-value server that several processes share. Every prefix of a path has a generation, which is a random token. An entry
 * contains the generations that its fill has seen, and is valid only while all of them are current. So an invalidation writes one new
 * token, and an entry that arrives after the invalidation is invalid.
 */
export class SharedStore implements Store {
  private readonly breaker: CircuitBreaker;
  private readonly generations: Generations;
  private readonly reader: NearCache | undefined;
  private readonly entries: SharedEntries;
  private readonly fillWait: FillWait;
  private readonly writers: Writers;
  private readonly invalidations: Invalidations;
  private readonly retries: InvalidationRetries;
  private readonly openWrites = new OpenWrites();
  private closing: Promise<void> | undefined;
  private isClosed = false;

  private readonly driver: TrackedDriver;

  /** @param nearBytes the size of the near cache in this process, in bytes; 0 for no near cache */
  constructor(
    untracked: Driver,
    private readonly settings: StoreSettings,
    nearBytes = 0,
  ) {
    const driver = (this.driver = new TrackedDriver(untracked));
    const { clock, reportFault, collapseTimeoutMs, storeTimeoutMs: timeoutMs } = settings;
    const keys = new KeySpace(settings.keyPrefix, driver.shards);
    this.generations = new Generations(driver, timeoutMs);
    this.writers = new Writers(driver, keys, timeoutMs);
    this.breaker = new CircuitBreaker({
      timeoutMs,
      longestWaitMs: () => driver.longestWaitMs(),
      problem: () => driver.problem(),
      healthCheck: () => driver.getMany([keys.health]),
      reportFault,
    });
    const tagLog = new TagLog(driver, keys.tagLog, timeoutMs);
    this.invalidations = new Invalidations(keys, this.generations, this.writers, tagLog, this.breaker);
    this.retries = new InvalidationRetries(this.invalidations);
    this.reader = nearBytes > 0 && canReadRange(driver) ? new NearCache(driver, nearBytes) : undefined;
    this.entries = new SharedEntries(
      driver,
      this.reader ?? new RemoteReader(driver),
      keys,
      new GenerationSnapshots(driver, keys, this.generations, this.writers, tagLog),
      tagLog,
      new EntryOrder(driver),
      clock,
      this.retries,
    );
    this.fillWait = new FillWait(new FillLocks(driver, collapseTimeoutMs), this.generations, this.entries, keys, this.breaker);
    driver.open(error => {
      if (!this.isClosed) reportFault('CACHE_STORE_DISCONNECTED', 'the connection to the store', error);
    });
  }

  async lookup(address: Address): Promise<LookupResult> {
    return unlessUnreachable<LookupResult>({ kind: 'unreachable' }, async () => {
      const { entry, stale, lease } = await this.breaker.run('the store could not be read', () => this.entries.read(address));
      if (entry === undefined) this.fillWait.begin(lease);
      return entry === undefined ? { kind: 'miss', lease, stale, isBeingChanged: lease.isBeingChanged } : { kind: 'hit', entry };
    });
  }

  async lease(address: Address): Promise<LookupMiss | Unreachable> {
    return unlessUnreachable<LookupMiss | Unreachable>({ kind: 'unreachable' }, async () => {
      const lease = await this.breaker.run('the store could not be read', () => this.entries.lease(address));
      this.fillWait.begin(lease);
      return { kind: 'miss', lease, isBeingChanged: lease.isBeingChanged };
    });
  }

  canShare(lease: Lease, later: Lease): boolean {
    return (lease as SharedLease).canShare(later as SharedLease);
  }

  async acquireFillLock(address: Address, lease: Lease, waitMs: number): Promise<FillLock> {
    const ours = lease as SharedLease;
    // The store refuses the entry, so no other process could wait for the entry.
    if (!ours.isStorable) return { kind: 'granted' };
    return unlessUnreachable({ kind: 'granted' }, () => this.fillWait.wait(address, ours, waitMs));
  }

  save(address: Address, entry: Entry, lease: Lease): Promise<boolean> {
    return this.put(address, entry, lease, 'in-order');
  }

  add(address: Address, entry: Entry, lease: Lease): Promise<boolean> {
    return this.put(address, entry, lease, 'if-absent');
  }

  delete(address: Address): Promise<boolean> {
    return unlessUnreachable(false, () => this.breaker.run('an entry could not be deleted', () => this.entries.delete(address)));
  }

  release(lease: Lease, reason: ReleaseReason): void {
    this.fillWait.release(lease as SharedLease, reason);
  }

  async invalidate(targets: Targets, settleMs = 0): Promise<InvalidationResult> {
    if (!this.isClosed) return this.retries.deliver({ targets, writerIds: [], settleMs });
    this.reportLost([targets]);
    return LOST;
  }

  /** @throws StoreUnreachable */
  async beginWrite(targets: Targets): Promise<WriteIntent> {
    const intent = new SharedWriteIntent(targets, this.writers.newWriter(), this.invalidations, this.retries);
    await intent.begin();
    return this.openWrites.track(intent, targets);
  }

  size(): StoreSize {
    return { entries: 0, bytes: this.reader?.bytes ?? 0 };
  }

  close(waitMs = CLOSE_MS): Promise<void> {
    return (this.closing ??= this.closeWithin(waitMs));
  }

  private async closeWithin(waitMs: number): Promise<void> {
    const settled = this.openWrites.allEnded().then(() => this.retries.allDelivered());
    await inTime(settled, waitMs, 'late');
    const running = this.openWrites.close();
    const undelivered = await this.retries.close();
    await this.breaker.close();
    this.isClosed = true;
    // With no time to wait, another store takes over and receives the writes in progress.
    this.reportLost(waitMs === 0 ? undelivered : [...undelivered, ...running]);
    this.reader?.clear();
    await this.driver.close();
  }

  private reportLost(targets: readonly Targets[]): void {
    if (targets.length > 0) this.settings.reportFault('CACHE_INVALIDATION_LOST', lostInvalidationMessage(targets), undefined);
  }

  private async put(address: Address, entry: Entry, lease: Lease, mode: PutMode): Promise<boolean> {
    const ours = lease as SharedLease;
    const lifetimeMs = (entry.deleteAtMs ?? entry.expiresAtMs) - this.settings.clock.now();
    const isStorable = ours.isStorable && lifetimeMs > 0 && !this.retries.hasPendingFor(address, entry.tags);
    const saved = await unlessUnreachable(false, async () => {
      if (!isStorable) return false;
      return this.breaker.run('an entry could not be stored', () => this.entries.put(address, entry, ours, lifetimeMs, mode));
    });
    this.release(lease, 'unused');
    return saved;
  }
}
