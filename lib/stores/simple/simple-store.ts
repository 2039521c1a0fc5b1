import { LRUCache } from 'lru-cache';
import { systemClock, type Clock } from '../../clock.js';
import type { CanonicalPath } from '../../keys/canonical-path.js';
import type { Address, Entry, Fence, Hit, Miss, Store, StoreSize, Targets } from '../store.js';
import { entryBytes } from './entry-bytes.js';
import { EntryIndex, type Attachment } from './entry-index.js';
import { TagHistory } from './tag-history.js';

const NO_TAGS: readonly string[] = [];

/** Paths that one entry may be reached by, where `makeCacheKey` lets several share it. */
const MAX_PATHS = 32;

/** How the simple store is bounded. */
export interface SimpleStoreOptions {
  /** Bytes that all entries together may take, keys and bookkeeping included. Default 67108864 (64 MiB). */
  readonly maxBytes?: number;
  /** Where lifetimes take their time from. Default: the system's clock. */
  readonly clock?: Clock;
}

/** An entry in the store. */
class Kept {
  readonly attachments: Attachment<Indexed>[] = [];

  constructor(
    readonly key: string,
    readonly entry: Entry,
    readonly tags: readonly string[],
    readonly bytes: number,
    /** The store's sequence when its computation began. */
    readonly began: number,
  ) {}

  isAt(path: CanonicalPath): boolean {
    for (const attachment of this.attachments) if (attachment.path.path === path.path) return true;
    return false;
  }
}

/** A computation that has begun: the store's fence. */
class Pending {
  attachment: Attachment<Indexed> | undefined;
  /** Nothing that covers its path or the tags of its address has been invalidated since it began. */
  isCurrent = true;

  constructor(
    readonly began: number,
    readonly address: Address,
  ) {}
}

type Indexed = Kept | Pending;

/**
 * Memory of this process: bounded in bytes, least recently used out first, indexed by path and tag so that an
 * invalidation costs by what it removes. Computations under way stand in the same index: what is invalidated while they run can never be stored by them.
 */
export class SimpleStore implements Store {
  private readonly clock: Clock;
  private readonly maxBytes: number;
  private readonly entries: LRUCache<string, Kept>;
  private readonly index = new EntryIndex<Indexed>();
  private readonly tagHistory = new TagHistory();
  /** Counts fences and invalidations, so that they stand in one order without a clock. */
  private sequence = 0;
  private lastInvalidation = 0;

  constructor({ maxBytes = 64 * 1024 * 1024, clock = systemClock }: SimpleStoreOptions = {}) {
    this.clock = clock;
    this.maxBytes = maxBytes;
    this.entries = new LRUCache<string, Kept>({
      maxSize: maxBytes,
      sizeCalculation: kept => kept.bytes,
      dispose: kept => {
        for (const attachment of kept.attachments) this.index.detach(attachment, kept);
        this.index.untag(kept, kept.tags);
      },
    });
  }

  lookUp(address: Address): Hit | Miss {
    const kept = this.entries.get(address.key);
    if (kept !== undefined) {
      if (kept.entry.expiresAtMs <= this.clock.now()) this.entries.delete(address.key);
      else if (this.answers(kept, address.path)) return { kind: 'hit', entry: kept.entry };
    }
    return this.begin(address);
  }

  begin(address: Address): Miss {
    const fence = new Pending(++this.sequence, address);
    fence.attachment = this.index.attach(fence, address.path);
    this.index.tag(fence, address.tags ?? []);
    return { kind: 'miss', fence };
  }

  covers(fence: Fence, later: Fence): boolean {
    const { isCurrent, address, began } = fence as Pending;
    // Its tags, if it is to have any, are not known yet.
    if (!isCurrent || (address.awaitsTags === true && this.tagHistory.anySince(began))) return false;
    return address.path.path === (later as Pending).address.path.path || began > this.lastInvalidation;
  }

  save(address: Address, entry: Entry, fence: Fence): boolean {
    const { isCurrent, began } = fence as Pending;
    this.release(fence);
    const { tags: ownTags = [] } = entry;
    if (!isCurrent || entry.expiresAtMs <= this.clock.now() || this.tagHistory.since(ownTags, began)) return false;
    const present = this.entries.peek(address.key);
    // A slower computation that began earlier saw older data than what is there.
    if (present !== undefined && present.began > began) return false;

    const bytes = entryBytes(address, entry);
    if (bytes > this.maxBytes) return false;
    const kept = new Kept(address.key, entry, tagsOf(address, ownTags), bytes, began);
    kept.attachments.push(this.index.attach(kept, address.path));
    this.index.tag(kept, kept.tags);
    this.entries.set(address.key, kept);
    return true;
  }

  release(fence: Fence): void {
    const pending = fence as Pending;
    pending.isCurrent = false;
    if (pending.attachment === undefined) return;
    this.index.detach(pending.attachment, pending);
    this.index.untag(pending, pending.address.tags ?? []);
    pending.attachment = undefined;
  }

  invalidate(targets: Targets): void {
    this.lastInvalidation = ++this.sequence;
    this.tagHistory.note(targets.tags ?? [], this.sequence);
    for (const item of this.index.take(targets)) {
      if (item instanceof Pending) item.isCurrent = false;
      else this.entries.delete(item.key);
    }
  }

  size(): StoreSize {
    return { entries: this.entries.size, bytes: this.entries.calculatedSize };
  }

  close(): void {
    this.entries.clear();
  }

  /** Whether the entry was computed under this path, or nothing at all has been invalidated since it began. */
  private answers(kept: Kept, path: CanonicalPath): boolean {
    if (kept.isAt(path)) return true;
    if (kept.began < this.lastInvalidation || kept.attachments.length >= MAX_PATHS) return false;
    kept.attachments.push(this.index.attach(kept, path));
    return true;
  }
}

/** Most entries have none, or those of their action alone: no list is made for them. */
function tagsOf({ tags: fixed = NO_TAGS }: Address, own: readonly string[]): readonly string[] {
  if (own.length === 0) return fixed;
  return fixed.length === 0 ? own : [...fixed, ...own];
}
