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
import { EntryOrder, type Where } from './entry-order.js';
import { RemoteReader, canReadRange, NearCache } from './near-cache.js';
import { Generations } from './generations.js';
import { Invalidations } from './invalidations.js';
import { KeySpace } from './key-space.js';
import { lostInvalidationMessage } from './lost-targets.js';
import { Writers } from './writers.js';
import { LOST, OpenWrites } from './open-writes.js';
import { CircuitBreaker, unlessUnreachable } from './circuit-breaker.js';
import { SharedEntries } from './shared-entries.js';
import type { SharedLease } from './shared-lease.js';
import { TagLog } from './tag-log.js';
import { FillWait } from './fill-wait.js';

/** Milliseconds for which `close` waits for changes that run, and for invalidations that have not been delivered. */
const CLOSE_MS = 10_000;

/**
 * A cache in a key-value server, shared by processes. Every prefix of a path has a generation, a random token; an entry carries those
 * that it was computed under, and is served only while all are the same. So invalidating is writing one new token, and what was on
 * its way when that happened is dead when it arrives.
 */
export class SharedStore implements Store {
  private readonly breaker: CircuitBreaker;
  private readonly generations: Generations;
  private readonly fillLocks: FillLocks;
  private readonly reader: NearCache | undefined;
  private readonly entries: SharedEntries;
  private readonly fillWait: FillWait;
  private readonly invalidations: Invalidations;
  private readonly openWrites = new OpenWrites();
  private closing: Promise<void> | undefined;
  private isClosed = false;

  /** @param nearBytes that bodies may take in this process too; 0: none are kept */
  constructor(
    private readonly driver: Driver,
    private readonly settings: StoreSettings,
    nearBytes = 0,
  ) {
    const { clock, reportFault, collapseTimeoutMs, storeTimeoutMs: timeoutMs } = settings;
    const keys = new KeySpace(settings.keyPrefix, driver.shards);
    this.generations = new Generations(driver, timeoutMs);
    const owners = new Writers(driver, keys, timeoutMs);
    this.breaker = new CircuitBreaker({ timeoutMs, healthCheck: () => driver.getMany([keys.health]), reportFault });
    const tagLog = new TagLog(driver, keys.tagLog, timeoutMs);
    this.invalidations = new Invalidations(keys, this.generations, owners, tagLog, this.breaker);
    this.reader = nearBytes > 0 && canReadRange(driver) ? new NearCache(driver, nearBytes) : undefined;
    this.entries = new SharedEntries(
      driver,
      this.reader ?? new RemoteReader(driver),
      keys,
      this.generations,
      owners,
      tagLog,
      new EntryOrder(driver),
      clock,
      (address, tags) => this.invalidations.hasPendingFor(address, tags),
    );
    this.fillLocks = new FillLocks(driver, collapseTimeoutMs);
    this.fillWait = new FillWait(this.fillLocks, this.entries, keys, this.breaker);
    driver.open(error => {
      if (!this.isClosed) reportFault('CACHE_STORE_DISCONNECTED', 'the connection to the store', error);
    });
  }

  async lookup(address: Address): Promise<LookupResult> {
    return unlessUnreachable<LookupResult>({ kind: 'unreachable' }, async () => {
      const { entry, stale, lease } = await this.breaker.run('the store could not be asked', () => this.entries.read(address));
      return entry === undefined ? { kind: 'miss', lease, stale } : { kind: 'hit', entry };
    });
  }

  async lease(address: Address): Promise<LookupMiss | Unreachable> {
    return unlessUnreachable<LookupMiss | Unreachable>({ kind: 'unreachable' }, async () => {
      const lease = await this.breaker.run('the store could not be asked', () => this.entries.lease(address));
      return { kind: 'miss', lease };
    });
  }

  canShare(lease: Lease, later: Lease): boolean {
    return (lease as SharedLease).canShare(later as SharedLease);
  }

  async acquireFillLock(address: Address, lease: Lease, waitMs: number): Promise<FillLock> {
    const ours = lease as SharedLease;
    // What cannot be kept cannot be found by those who would wait.
    if (!ours.isStorable) return { kind: 'granted' };
    return unlessUnreachable({ kind: 'granted' }, () => this.fillWait.wait(address, ours, waitMs));
  }

  save(address: Address, entry: Entry, lease: Lease): Promise<boolean> {
    return this.put(address, entry, lease, 'in-order');
  }

  add(address: Address, entry: Entry, lease: Lease): Promise<boolean> {
    return this.put(address, entry, lease, 'where-absent');
  }

  delete(address: Address): Promise<boolean> {
    return unlessUnreachable(false, () => this.breaker.run('an entry could not be deleted', () => this.entries.delete(address)));
  }

  release(lease: Lease, reason: ReleaseReason): void {
    const ours = lease as SharedLease;
    const { fillLock, begun } = ours;
    ours.isReleased = true;
    // What does not exist, or cannot be stored, leaves no keys behind for long. Without an operation, no store has answered.
    if (reason === 'unshareable' && begun.size > 0)
      this.tell('generations are not needed', () => this.generations.expireSoon(begun));
    if (fillLock === undefined) return;
    ours.fillLock = undefined;
    this.fillLocks.stopRenewing(fillLock);
    const end = (): Promise<void> =>
      reason === 'unshareable' ? this.fillLocks.markHitForMiss(fillLock) : this.fillLocks.release(fillLock);
    // Where the store cannot be told, the claim ends with its lifetime.
    this.tell('those who wait for a response could not be told', end);
  }

  async invalidate(targets: Targets): Promise<InvalidationResult> {
    if (!this.isClosed) return this.invalidations.invalidate(targets);
    this.reportLost([targets]);
    return LOST;
  }

  /** @throws StoreUnreachable */
  async beginWrite(targets: Targets): Promise<WriteIntent> {
    return this.openWrites.track(await this.invalidations.beginWrite(targets), targets);
  }

  size(): StoreSize {
    return { entries: 0, bytes: this.reader?.bytes ?? 0 };
  }

  close(waitMs = CLOSE_MS): Promise<void> {
    return (this.closing ??= this.closeWithin(waitMs));
  }

  private async closeWithin(waitMs: number): Promise<void> {
    await inTime(this.allSettled(), waitMs, 'late');
    const running = this.openWrites.close();
    const undelivered = await this.invalidations.close();
    await this.breaker.close();
    this.isClosed = true;
    // Without time to wait, the cache goes on with another store, which learns of the changes that run.
    this.reportLost(waitMs === 0 ? undelivered : [...undelivered, ...running]);
    this.reader?.clear();
    await this.driver.close();
  }

  private async allSettled(): Promise<void> {
    await this.openWrites.allEnded();
    await this.invalidations.allDelivered();
  }

  private reportLost(targets: readonly Targets[]): void {
    if (targets.length > 0) this.settings.reportFault('CACHE_INVALIDATION_LOST', lostInvalidationMessage(targets), undefined);
  }

  private tell(what: string, operation: () => Promise<void>): void {
    this.breaker.run(what, operation).catch(() => undefined);
  }

  private async put(address: Address, entry: Entry, lease: Lease, where: Where): Promise<boolean> {
    const ours = lease as SharedLease;
    const lifetimeMs = (entry.deleteAtMs ?? entry.expiresAtMs) - this.settings.clock.now();
    const isKept = ours.isStorable && lifetimeMs > 0 && !this.invalidations.hasPendingFor(address, entry.tags);
    const saved = await unlessUnreachable(false, async () => {
      if (!isKept) return false;
      return this.breaker.run('an entry could not be stored', () => this.entries.put(address, entry, ours, lifetimeMs, where));
    });
    this.release(lease, 'unused');
    return saved;
  }
}
