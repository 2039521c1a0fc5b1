import { LRUCache } from 'lru-cache';
import { steadyClock, type Clock } from '../../time/clock.js';
import { channels, publish } from '../../events/channels.js';
import type { CanonicalPath } from '../../keys/canonical-path.js';
import type { Address, Entry, Lease, LookupHit, ListedEntry, LookupMiss, Store, StoreSize, Targets } from '../store.js';
import { EntryIndex, SimpleLease } from './entry-index.js';
import { AliasPath } from './indexed-item.js';
import { CompactEntry } from './compact-entry.js';
import { HeaderPool } from './header-pool.js';
import { Sweeper } from './sweeper.js';
import { TagInvalidations } from './tag-index.js';

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
  private entries: LRUCache<string, CompactEntry>;
  private index = new EntryIndex();
  private heads = new HeaderPool();
  private readonly tagInvalidations = new TagInvalidations();
  /** Of entries that were invalidated, and are still there. */
  private readonly sweep = new Sweeper(item => {
    const entry = item instanceof AliasPath ? item.of : item;
    if (entry instanceof CompactEntry) this.entries.delete(entry.key);
  });
  /** Counts fences and invalidations, so that they stand in one order without a clock. */
  private sequence = 0;
  private lastInvalidation = 0;

  constructor({ maxBytes = 64 * 1024 * 1024, clock = steadyClock }: SimpleStoreOptions = {}) {
    this.clock = clock;
    this.maxBytes = maxBytes;
    this.entries = this.createLru();
  }

  lookup(address: Address): LookupHit | LookupMiss {
    const kept = this.entries.get(address.key);
    if (kept === undefined) return this.lease(address);
    const nowMs = this.clock.now();
    if (!this.isServable(kept, nowMs)) {
      this.entries.delete(address.key);
      return this.lease(address);
    }
    if (!this.isReachableBy(kept, address.path)) return this.lease(address);
    if (kept.expiresAtMs > nowMs) return { kind: 'hit', entry: kept.entry };
    return { ...this.lease(address), stale: kept.entry };
  }

  lease(address: Address): LookupMiss {
    const lease = new SimpleLease(++this.sequence, address);
    this.index.add(lease, address.path, address.tags ?? NO_TAGS);
    return { kind: 'miss', lease };
  }

  canShare(lease: Lease, later: Lease): boolean {
    const { isValid, address, sequence } = lease as SimpleLease;
    // Its tags, if it is to have any, are not known yet.
    if (!isValid || (address.hasComputedTags === true && this.tagInvalidations.anyInvalidatedSince(sequence))) return false;
    return address.path.path === (later as SimpleLease).address.path.path || sequence > this.lastInvalidation;
  }

  save(address: Address, entry: Entry, lease: Lease): boolean {
    const isKept = this.isCurrent(address, entry, lease as SimpleLease) && this.keep(address, entry, lease as SimpleLease);
    this.release(lease);
    return isKept;
  }

  delete({ key }: Address): boolean {
    const kept = this.entries.peek(key);
    const isServed = kept !== undefined && this.isServable(kept, this.clock.now());
    this.entries.delete(key);
    return isServed;
  }

  release(lease: Lease): void {
    this.index.remove(lease as SimpleLease);
  }

  invalidate(targets: Targets): void {
    this.lastInvalidation = ++this.sequence;
    this.tagInvalidations.record(targets.tags ?? NO_TAGS, this.sequence);
    const cuts = this.index.detach(targets);
    // Where nothing is left, nothing needs to be taken apart.
    if (this.index.isEmpty) this.reset();
    else this.sweep.begin(cuts);
  }

  /** What can be served. While much is being freed, what two invalidations cover may be left out twice. */
  size(): StoreSize {
    const dead = this.sweep.remaining('tag');
    return {
      entries: Math.max(0, this.index.entries - dead.entries),
      bytes: Math.max(0, this.index.bytes + this.heads.bytes - dead.bytes),
    };
  }

  *list(): Generator<ListedEntry, void> {
    for (const kept of this.entries.values()) if (this.isServable(kept, this.clock.now())) yield kept.listed;
  }

  close(): void {
    this.index.detach({ prefixes: ['/'] });
    this.reset();
  }

  /** An entry that was cut off may still be there while the sweep is under way, and only then. */
  private isServable(kept: CompactEntry, nowMs: number): boolean {
    return kept.deleteAtMs > nowMs && (this.sweep.isDone || kept.isValid);
  }

  /** Whether the entry was computed under this path, or nothing at all has been invalidated since it began. */
  private isReachableBy(kept: CompactEntry, path: CanonicalPath): boolean {
    if (kept.isAt(path.path)) return true;
    if (kept.sequence < this.lastInvalidation || kept.aliasPaths.length >= MAX_PATHS - 1) return false;
    this.index.addPath(kept, path);
    this.makeRoom();
    return true;
  }

  /** Whether what was computed is what a computation that begins now would see, or newer than what is there. */
  private isCurrent({ key }: Address, { tags = NO_TAGS, expiresAtMs }: Entry, { isValid, sequence }: SimpleLease): boolean {
    if (!isValid || expiresAtMs <= this.clock.now() || this.tagInvalidations.invalidatedSince(tags, sequence)) return false;
    const present = this.entries.peek(key);
    // A slower computation that began earlier saw older data than what is there.
    return present === undefined || present.sequence < sequence || !present.isValid;
  }

  private keep(address: Address, entry: Entry, pending: SimpleLease): boolean {
    const before = this.usedBytes;
    const kept = new CompactEntry(address, entry, this.heads.acquire(entry.response), pending.sequence);
    const place = pending.address.path === address.path ? pending.place : undefined;
    this.index.add(kept, address.path, tagsOf(address, entry.tags), place);
    // It takes the place over: two in one would take more room.
    this.release(pending);
    if (this.usedBytes - before > this.maxBytes || !this.makeRoom()) {
      this.unindex(kept);
      return false;
    }
    this.entries.set(kept.key, kept);
    return true;
  }

  /** All that is held, of what was cut off too. */
  private get usedBytes(): number {
    return this.index.bytes + this.heads.bytes + this.sweep.remaining('path').bytes;
  }

  /** What can be served goes last. @returns whether there is room */
  private makeRoom(): boolean {
    while (this.usedBytes > this.maxBytes) if (!this.sweep.freeNext() && this.entries.pop() === undefined) return false;
    return true;
  }

  private unindex(kept: CompactEntry): void {
    this.index.remove(kept);
    this.heads.release(kept.head);
  }

  private reset(): void {
    this.sweep.stop();
    this.entries = this.createLru();
    this.index = new EntryIndex();
    this.heads = new HeaderPool();
  }

  private createLru(): LRUCache<string, CompactEntry> {
    return new LRUCache<string, CompactEntry>({
      maxSize: this.maxBytes,
      sizeCalculation: kept => kept.bytes,
      dispose: (kept, _key, reason) => {
        this.unindex(kept);
        if (reason === 'evict' && channels.evicted.hasSubscribers) publish('evicted', { path: kept.path, bytes: kept.bytes });
      },
    });
  }
}

/** Most entries have none, or those of their action alone: no list is made for them. Those that the response has brought come first. */
function tagsOf({ tags: fixed = NO_TAGS }: Address, own = NO_TAGS): readonly string[] {
  if (own.length === 0) return fixed;
  return fixed.length === 0 ? own : [...own, ...fixed];
}
