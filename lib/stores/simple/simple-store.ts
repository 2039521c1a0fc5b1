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

/** The maximum number of paths of one entry. With `makeCacheKey`, several paths can share an entry. */
const MAX_PATHS = 32;

/** The options of the simple store. */
export interface SimpleStoreOptions {
  /** Maximum bytes of all entries, keys and bookkeeping included. @default 67108864 (64 MiB) */
  readonly maxBytes?: number;
  /** The clock for lifetimes. @default a clock that does not go back when the system clock is set back */
  readonly clock?: Clock;
}

/**
 * A store in the memory of this process, bounded in bytes, that evicts the least recently used entry first. An index by path and
 * tag makes the cost of an invalidation proportional to the entries that it removes. The index also contains the leases, so that
 * an invalidation voids the running computations that it covers.
 */
export class SimpleStore implements Store {
  readonly clock: Clock;
  private readonly maxBytes: number;
  private entries: LRUCache<string, CompactEntry>;
  private index = new EntryIndex();
  private heads = new HeaderPool();
  private readonly tagInvalidations = new TagInvalidations();
  /** Frees the invalidated entries. */
  private readonly sweeper = new Sweeper(item => {
    const entry = item instanceof AliasPath ? item.item : item;
    if (entry instanceof CompactEntry) this.entries.delete(entry.key);
  });
  /** Counts leases and invalidations, so that their order needs no clock. */
  private sequence = 0;
  private lastInvalidation = 0;

  constructor({ maxBytes = 64 * 1024 * 1024, clock = steadyClock }: SimpleStoreOptions = {}) {
    this.clock = clock;
    this.maxBytes = maxBytes;
    this.entries = this.createLru();
  }

  lookup(address: Address): LookupHit | LookupMiss {
    const found = this.entries.get(address.key);
    if (found === undefined) return this.lease(address);
    const nowMs = this.clock.now();
    if (!this.isServable(found, nowMs)) {
      this.entries.delete(address.key);
      return this.lease(address);
    }
    if (!this.isReachableBy(found, address.path)) return this.lease(address);
    if (found.expiresAtMs > nowMs) return { kind: 'hit', entry: found.entry };
    return { ...this.lease(address), stale: found.entry };
  }

  lease(address: Address): LookupMiss {
    const lease = new SimpleLease(++this.sequence, address);
    this.index.add(lease, address.path, address.tags ?? NO_TAGS);
    return { kind: 'miss', lease };
  }

  canShare(lease: Lease, later: Lease): boolean {
    const { isValid, address, sequence } = lease as SimpleLease;
    // Computed tags are unknown until the computation ends, so any invalidated tag may be one of them.
    if (!isValid || (address.hasComputedTags === true && this.tagInvalidations.anyInvalidatedSince(sequence))) return false;
    return address.path.path === (later as SimpleLease).address.path.path || sequence > this.lastInvalidation;
  }

  save(address: Address, entry: Entry, lease: Lease): boolean {
    const isStored = this.isCurrent(address, entry, lease as SimpleLease) && this.put(address, entry, lease as SimpleLease);
    this.release(lease);
    return isStored;
  }

  delete({ key }: Address): boolean {
    const found = this.entries.peek(key);
    const wasServable = found !== undefined && this.isServable(found, this.clock.now());
    this.entries.delete(key);
    return wasServable;
  }

  release(lease: Lease): void {
    this.index.remove(lease as SimpleLease);
  }

  invalidate(targets: Targets): void {
    this.lastInvalidation = ++this.sequence;
    this.tagInvalidations.record(targets.tags ?? NO_TAGS, this.sequence);
    const detached = this.index.detach(targets);
    // If the index is empty, a new one replaces it, and no item needs to be freed.
    if (this.index.isEmpty) this.reset();
    else this.sweeper.begin(detached);
  }

  /** Counts the servable entries. During a sweep, an entry that two invalidations cover may be subtracted twice. */
  size(): StoreSize {
    const dead = this.sweeper.remaining('tag');
    return {
      entries: Math.max(0, this.index.entries - dead.entries),
      bytes: Math.max(0, this.index.bytes + this.heads.bytes - dead.bytes),
    };
  }

  *list(): Generator<ListedEntry, void> {
    for (const entry of this.entries.values()) if (this.isServable(entry, this.clock.now())) yield entry.listed;
  }

  close(): void {
    this.index.detach({ prefixes: ['/'] });
    this.reset();
  }

  /** Returns true if the entry may be served, fresh or stale. The map contains invalidated entries only during a sweep. */
  private isServable(entry: CompactEntry, nowMs: number): boolean {
    return entry.deleteAtMs > nowMs && (this.sweeper.isDone || entry.isValid);
  }

  /** Returns true if the entry has this path. Adds the path if no invalidation at all has followed the entry's lease. */
  private isReachableBy(entry: CompactEntry, path: CanonicalPath): boolean {
    if (entry.isAt(path.path)) return true;
    if (entry.sequence < this.lastInvalidation || entry.aliasPaths.length >= MAX_PATHS - 1) return false;
    this.index.addAliasPath(entry, path);
    this.makeRoom();
    return true;
  }

  /** Returns true if the lease is valid, the entry is fresh, and the stored entry, if any, has an older lease. */
  private isCurrent({ key }: Address, { tags = NO_TAGS, expiresAtMs }: Entry, { isValid, sequence }: SimpleLease): boolean {
    if (!isValid || expiresAtMs <= this.clock.now() || this.tagInvalidations.invalidatedSince(tags, sequence)) return false;
    const present = this.entries.peek(key);
    // A slow computation that began earlier has read older data than the stored entry.
    return present === undefined || present.sequence < sequence || !present.isValid;
  }

  private put(address: Address, entry: Entry, lease: SimpleLease): boolean {
    const before = this.usedBytes;
    const added = new CompactEntry(address, entry, this.heads.acquire(entry.response), lease.sequence);
    const node = lease.address.path === address.path ? lease.node : undefined;
    this.index.add(added, address.path, tagsOf(address, entry.tags), node);
    // The entry replaces the lease at its node, since a node with two items uses more memory.
    this.release(lease);
    if (this.usedBytes - before > this.maxBytes || !this.makeRoom()) {
      this.unindex(added);
      return false;
    }
    this.entries.set(added.key, added);
    return true;
  }

  /** All used bytes, including the detached entries that are not freed yet. */
  private get usedBytes(): number {
    return this.index.bytes + this.heads.bytes + this.sweeper.remaining('path').bytes;
  }

  /** Frees detached entries, then evicts servable ones. @returns false if there is not enough room */
  private makeRoom(): boolean {
    while (this.usedBytes > this.maxBytes) if (!this.sweeper.freeNext() && this.entries.pop() === undefined) return false;
    return true;
  }

  private unindex(entry: CompactEntry): void {
    this.index.remove(entry);
    this.heads.release(entry.head);
  }

  private reset(): void {
    this.sweeper.stop();
    this.entries = this.createLru();
    this.index = new EntryIndex();
    this.heads = new HeaderPool();
  }

  private createLru(): LRUCache<string, CompactEntry> {
    return new LRUCache<string, CompactEntry>({
      maxSize: this.maxBytes,
      sizeCalculation: entry => entry.bytes,
      dispose: (entry, _key, reason) => {
        this.unindex(entry);
        if (reason === 'evict' && channels.evicted.hasSubscribers) publish('evicted', { path: entry.path, bytes: entry.bytes });
      },
    });
  }
}

/** Returns the tags of the response, then the tags of the address. If only one of the two has tags, no new array is created. */
function tagsOf({ tags: addressTags = NO_TAGS }: Address, responseTags = NO_TAGS): readonly string[] {
  if (responseTags.length === 0) return addressTags;
  return addressTags.length === 0 ? responseTags : [...responseTags, ...addressTags];
}
