import { LRUCache } from 'lru-cache';
import { steadyClock, type Clock } from '../../clock.js';
import { channels, tell } from '../../events/cache-events.js';
import type { CanonicalPath } from '../../keys/canonical-path.js';
import type { Address, Entry, Fence, Hit, ListedEntry, Miss, Store, StoreSize, Targets } from '../store.js';
import { EntryIndex } from './entry-index.js';
import { FurtherPath } from './indexed.js';
import { Kept } from './kept.js';
import { Pending } from './pending.js';
import { SharedHeads } from './shared-heads.js';
import { Sweep } from './sweep.js';
import { TagHistory } from './tag-history.js';

const NO_TAGS: readonly string[] = [];

/** Paths that one entry may be reached by, where `makeCacheKey` lets several share it. */
const MAX_PATHS = 32;

/** How the simple store is bounded. */
export interface SimpleStoreOptions {
  /** Bytes that all entries together may take, keys and bookkeeping included. Default 67108864 (64 MiB). */
  readonly maxBytes?: number;
  /** Where lifetimes take their time from. Default: a clock that goes on when that of the system is set back. */
  readonly clock?: Clock;
}

/**
 * Memory of this process: bounded in bytes, least recently used out first, indexed by path and tag so that an
 * invalidation costs by what it removes. Computations under way stand in the same index: what is invalidated while they run can never be stored by them.
 */
export class SimpleStore implements Store {
  readonly clock: Clock;
  private readonly maxBytes: number;
  private entries: LRUCache<string, Kept>;
  private index = new EntryIndex();
  private heads = new SharedHeads();
  private readonly tagHistory = new TagHistory();
  /** Of entries that were invalidated, and are still there. */
  private readonly sweep = new Sweep(item => {
    const entry = item instanceof FurtherPath ? item.of : item;
    if (entry instanceof Kept) this.entries.delete(entry.key);
  });
  /** Counts fences and invalidations, so that they stand in one order without a clock. */
  private sequence = 0;
  private lastInvalidation = 0;

  constructor({ maxBytes = 64 * 1024 * 1024, clock = steadyClock }: SimpleStoreOptions = {}) {
    this.clock = clock;
    this.maxBytes = maxBytes;
    this.entries = this.noEntries();
  }

  lookUp(address: Address): Hit | Miss {
    const kept = this.entries.get(address.key);
    if (kept === undefined) return this.begin(address);
    const nowMs = this.clock.now();
    if (!this.isThere(kept, nowMs)) {
      this.entries.delete(address.key);
      return this.begin(address);
    }
    if (!this.answers(kept, address.path)) return this.begin(address);
    if (kept.expiresAtMs > nowMs) return { kind: 'hit', entry: kept.entry };
    return { ...this.begin(address), stale: kept.entry };
  }

  begin(address: Address): Miss {
    const fence = new Pending(++this.sequence, address);
    this.index.add(fence, address.path, address.tags ?? NO_TAGS);
    return { kind: 'miss', fence };
  }

  covers(fence: Fence, later: Fence): boolean {
    const { isLiving, address, began } = fence as Pending;
    // Its tags, if it is to have any, are not known yet.
    if (!isLiving || (address.awaitsTags === true && this.tagHistory.anySince(began))) return false;
    return address.path.path === (later as Pending).address.path.path || began > this.lastInvalidation;
  }

  save(address: Address, entry: Entry, fence: Fence): boolean {
    const isKept = this.isCurrent(address, entry, fence as Pending) && this.keep(address, entry, fence as Pending);
    this.release(fence);
    return isKept;
  }

  delete({ key }: Address): boolean {
    const kept = this.entries.peek(key);
    const isServed = kept !== undefined && this.isThere(kept, this.clock.now());
    this.entries.delete(key);
    return isServed;
  }

  release(fence: Fence): void {
    this.index.remove(fence as Pending);
  }

  invalidate(targets: Targets): void {
    this.lastInvalidation = ++this.sequence;
    this.tagHistory.note(targets.tags ?? NO_TAGS, this.sequence);
    const cuts = this.index.cut(targets);
    // Where nothing is left, nothing needs to be taken apart.
    if (this.index.isEmpty) this.forget();
    else this.sweep.begin(cuts);
  }

  /** What can be served. While much is being freed, what two invalidations cover may be left out twice. */
  size(): StoreSize {
    const dead = this.sweep.rest('tag');
    return {
      entries: Math.max(0, this.index.entries - dead.entries),
      bytes: Math.max(0, this.index.bytes + this.heads.bytes - dead.bytes),
    };
  }

  *list(): Generator<ListedEntry, void> {
    for (const kept of this.entries.values()) if (this.isThere(kept, this.clock.now())) yield kept.listed;
  }

  close(): void {
    this.index.cut({ prefixes: ['/'] });
    this.forget();
  }

  /** An entry that was cut off may still be there while the sweep is under way, and only then. */
  private isThere(kept: Kept, nowMs: number): boolean {
    return kept.keptUntilMs > nowMs && (this.sweep.isDone || kept.isLiving);
  }

  /** Whether the entry was computed under this path, or nothing at all has been invalidated since it began. */
  private answers(kept: Kept, path: CanonicalPath): boolean {
    if (kept.isAt(path.path)) return true;
    if (kept.began < this.lastInvalidation || kept.further.length >= MAX_PATHS - 1) return false;
    this.index.addPath(kept, path);
    this.makeRoom();
    return true;
  }

  /** Whether what was computed is what a computation that begins now would see, or newer than what is there. */
  private isCurrent({ key }: Address, { tags = NO_TAGS, expiresAtMs }: Entry, { isLiving, began }: Pending): boolean {
    if (!isLiving || expiresAtMs <= this.clock.now() || this.tagHistory.since(tags, began)) return false;
    const present = this.entries.peek(key);
    // A slower computation that began earlier saw older data than what is there.
    return present === undefined || present.began < began || !present.isLiving;
  }

  private keep(address: Address, entry: Entry, pending: Pending): boolean {
    const before = this.taken;
    const kept = new Kept(address, entry, this.heads.use(entry.response), pending.began);
    const place = pending.address.path === address.path ? pending.place : undefined;
    this.index.add(kept, address.path, tagsOf(address, entry.tags), place);
    // It takes the place over: two in one would take more room.
    this.release(pending);
    if (this.taken - before > this.maxBytes || !this.makeRoom()) {
      this.drop(kept);
      return false;
    }
    this.entries.set(kept.key, kept);
    return true;
  }

  /** All that is held, of what was cut off too. */
  private get taken(): number {
    return this.index.bytes + this.heads.bytes + this.sweep.rest('path').bytes;
  }

  /** What can be served goes last. @returns whether there is room */
  private makeRoom(): boolean {
    while (this.taken > this.maxBytes) if (!this.sweep.step() && this.entries.pop() === undefined) return false;
    return true;
  }

  private drop(kept: Kept): void {
    this.index.remove(kept);
    this.heads.release(kept.head);
  }

  private forget(): void {
    this.sweep.stop();
    this.entries = this.noEntries();
    this.index = new EntryIndex();
    this.heads = new SharedHeads();
  }

  private noEntries(): LRUCache<string, Kept> {
    return new LRUCache<string, Kept>({
      maxSize: this.maxBytes,
      sizeCalculation: kept => kept.bytes,
      dispose: (kept, _key, reason) => {
        this.drop(kept);
        if (reason === 'evict' && channels.evicted.hasSubscribers) tell('evicted', { path: kept.path, bytes: kept.bytes });
      },
    });
  }
}

/** Most entries have none, or those of their action alone: no list is made for them. Those that the response has brought come first. */
function tagsOf({ tags: fixed = NO_TAGS }: Address, own = NO_TAGS): readonly string[] {
  if (own.length === 0) return fixed;
  return fixed.length === 0 ? own : [...own, ...fixed];
}
