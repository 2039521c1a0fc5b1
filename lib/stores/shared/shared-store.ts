import type {
  Address,
  Change,
  Claim,
  Ending,
  Entry,
  Fence,
  Invalidated,
  LookUp,
  Miss,
  Store,
  StoreSettings,
  StoreSize,
  Targets,
  Unreachable,
} from '../store.js';
import { inTime } from '../../deadline.js';
import { Claims } from './claims.js';
import type { Driver } from './driver.js';
import { EntryOrder, type Where } from './entry-order.js';
import { FarEntries } from './entry-reader.js';
import { Generations } from './generations.js';
import { Invalidations } from './invalidations.js';
import { KeySpace } from './key-space.js';
import { lostMessage } from './lost-targets.js';
import { canReadStart, NearEntries } from './near-entries.js';
import { Owners } from './owners.js';
import { LOST, OpenChanges } from './open-changes.js';
import { Reachability, unlessUnreachable } from './reachability.js';
import { SharedEntries } from './shared-entries.js';
import type { SharedFence } from './shared-fence.js';
import { TagLog } from './tag-log.js';
import { Turns } from './turns.js';

/** Milliseconds for which `close` waits for changes that run, and for invalidations that have not been delivered. */
const CLOSE_MS = 10_000;

/**
 * A cache in a key-value server, shared by processes. Every prefix of a path has a generation, a random token; an entry carries those
 * that it was computed under, and is served only while all are the same. So invalidating is writing one new token, and what was on
 * its way when that happened is dead when it arrives.
 */
export class SharedStore implements Store {
  private readonly reachability: Reachability;
  private readonly generations: Generations;
  private readonly claims: Claims;
  private readonly near: NearEntries | undefined;
  private readonly entries: SharedEntries;
  private readonly turns: Turns;
  private readonly invalidations: Invalidations;
  private readonly changes = new OpenChanges();
  private closing: Promise<void> | undefined;
  private isClosed = false;

  /** @param nearBytes that bodies may take in this process too; 0: none are kept */
  constructor(
    private readonly driver: Driver,
    private readonly settings: StoreSettings,
    nearBytes = 0,
  ) {
    const { clock, report, collapseTimeoutMs, storeTimeoutMs: timeoutMs } = settings;
    const keys = new KeySpace(settings.keyPrefix, driver.spread);
    this.generations = new Generations(driver, timeoutMs);
    const owners = new Owners(driver, keys, timeoutMs);
    this.reachability = new Reachability({ timeoutMs, probe: () => driver.getMany([keys.probe]), report });
    const tagLog = new TagLog(driver, keys.tagLog, timeoutMs);
    this.invalidations = new Invalidations(keys, this.generations, owners, tagLog, this.reachability);
    this.near = nearBytes > 0 && canReadStart(driver) ? new NearEntries(driver, nearBytes) : undefined;
    this.entries = new SharedEntries(
      driver,
      this.near ?? new FarEntries(driver),
      keys,
      this.generations,
      owners,
      tagLog,
      new EntryOrder(driver),
      clock,
      (address, tags) => this.invalidations.areMissingOver(address, tags),
    );
    this.claims = new Claims(driver, collapseTimeoutMs);
    this.turns = new Turns(this.claims, this.entries, keys, this.reachability);
    driver.open(error => {
      if (!this.isClosed) report('CACHE_STORE_DISCONNECTED', 'the connection to the store', error);
    });
  }

  async lookUp(address: Address): Promise<LookUp> {
    return unlessUnreachable<LookUp>({ kind: 'unreachable' }, async () => {
      const { entry, stale, fence } = await this.reachability.run('the store could not be asked', () =>
        this.entries.view(address),
      );
      return entry === undefined ? { kind: 'miss', fence, stale } : { kind: 'hit', entry };
    });
  }

  async begin(address: Address): Promise<Miss | Unreachable> {
    return unlessUnreachable<Miss | Unreachable>({ kind: 'unreachable' }, async () => {
      const fence = await this.reachability.run('the store could not be asked', () => this.entries.fence(address));
      return { kind: 'miss', fence };
    });
  }

  covers(fence: Fence, later: Fence): boolean {
    return (fence as SharedFence).covers(later as SharedFence);
  }

  async claim(address: Address, fence: Fence, waitMs: number): Promise<Claim> {
    const ours = fence as SharedFence;
    // What cannot be kept cannot be found by those who would wait.
    if (!ours.isStorable) return { kind: 'granted' };
    return unlessUnreachable({ kind: 'granted' }, () => this.turns.wait(address, ours, waitMs));
  }

  save(address: Address, entry: Entry, fence: Fence): Promise<boolean> {
    return this.put(address, entry, fence, 'in-order');
  }

  add(address: Address, entry: Entry, fence: Fence): Promise<boolean> {
    return this.put(address, entry, fence, 'where-absent');
  }

  delete(address: Address): Promise<boolean> {
    return unlessUnreachable(false, () =>
      this.reachability.run('an entry could not be deleted', () => this.entries.delete(address)),
    );
  }

  release(fence: Fence, ending: Ending): void {
    const ours = fence as SharedFence;
    const { claim, begun } = ours;
    ours.isOver = true;
    // What does not exist, or cannot be stored, leaves no keys behind for long. Without an operation, no store has answered.
    if (ending === 'unshareable' && begun.size > 0)
      this.tell('generations are not needed', () => this.generations.expireSoon(begun));
    if (claim === undefined) return;
    ours.claim = undefined;
    this.claims.stopRenewing(claim);
    const end = (): Promise<void> => (ending === 'unshareable' ? this.claims.tellApart(claim) : this.claims.giveBack(claim));
    // Where the store cannot be told, the claim ends with its lifetime.
    this.tell('those who wait for a response could not be told', end);
  }

  async invalidate(targets: Targets): Promise<Invalidated> {
    if (!this.isClosed) return this.invalidations.invalidate(targets);
    this.reportLost([targets]);
    return LOST;
  }

  /** @throws StoreUnreachable */
  async beginChange(targets: Targets): Promise<Change> {
    return this.changes.track(await this.invalidations.beginChange(targets), targets);
  }

  size(): StoreSize {
    return { entries: 0, bytes: this.near?.bytes ?? 0 };
  }

  close(waitMs = CLOSE_MS): Promise<void> {
    return (this.closing ??= this.closeWithin(waitMs));
  }

  private async closeWithin(waitMs: number): Promise<void> {
    await inTime(this.allSettled(), waitMs, 'late');
    const running = this.changes.close();
    const undelivered = await this.invalidations.close();
    await this.reachability.close();
    this.isClosed = true;
    // Without time to wait, the cache goes on with another store, which learns of the changes that run.
    this.reportLost(waitMs === 0 ? undelivered : [...undelivered, ...running]);
    this.near?.clear();
    await this.driver.close();
  }

  private async allSettled(): Promise<void> {
    await this.changes.allEnded();
    await this.invalidations.allDelivered();
  }

  private reportLost(targets: readonly Targets[]): void {
    if (targets.length > 0) this.settings.report('CACHE_INVALIDATION_LOST', lostMessage(targets), undefined);
  }

  private tell(what: string, operation: () => Promise<void>): void {
    this.reachability.run(what, operation).catch(() => undefined);
  }

  private async put(address: Address, entry: Entry, fence: Fence, where: Where): Promise<boolean> {
    const ours = fence as SharedFence;
    const lifetimeMs = (entry.keptUntilMs ?? entry.expiresAtMs) - this.settings.clock.now();
    const isKept = ours.isStorable && lifetimeMs > 0 && !this.invalidations.areMissingOver(address, entry.tags);
    const saved = await unlessUnreachable(false, async () => {
      if (!isKept) return false;
      return this.reachability.run('an entry could not be stored', () =>
        this.entries.put(address, entry, ours, lifetimeMs, where),
      );
    });
    this.release(fence, 'unused');
    return saved;
  }
}
