import { LRUCache } from 'lru-cache';
import type { Address } from '../store.js';
import type { Driver, Found } from './driver.js';
import type { StoredEntry } from './entry-codec.js';
import { areEqual, stampOf } from './generation-snapshots.js';
import type { InvalidationRetries } from './invalidation-retries.js';
import type { KeySpace } from './key-space.js';

/** The maximum number of tags that are remembered, each with about 100 bytes. */
const MAX_TAGS = 50_000;

/** The generations of tags, read together with an entry. */
export interface TagRead {
  readonly tags: readonly string[];
  readonly keys: readonly string[];
  /** True if an invalidation of one of the tags was not delivered when the read began. */
  readonly hadPendingInvalidation: boolean;
}

/** The result of a read of tags. */
export interface TagsRead {
  readonly read: TagRead;
  readonly found: readonly Found[];
}

export const NO_TAGS_READ: TagsRead = { read: { tags: [], keys: [], hadPendingInvalidation: false }, found: [] };

/**
 * Reads the generations of computed tags. It remembers the tags of recent entries, so the next read of such an entry reads the
 * generations of its tags in the same round trip.
 */
export class RecentTags {
  private readonly tagsOf = new LRUCache<string, readonly string[]>({ maxSize: MAX_TAGS, sizeCalculation: tags => tags.length });

  constructor(
    private readonly driver: Driver,
    private readonly keySpace: KeySpace,
    private readonly retries: InvalidationRetries,
  ) {}

  /** Begins a read of an entry. @returns the keys to read with it: none if the tags of the entry are not remembered */
  begin(address: Address, entryKey: string): TagRead {
    return this.readOf(address, this.tagsOf.get(entryKey) ?? []);
  }

  /** Remembers the tags of an entry that this process stores. */
  remember(entryKey: string, tags: readonly string[]): void {
    if (tags.length > 0) this.tagsOf.set(entryKey, tags);
  }

  /**
   * Returns true if the tags of a stored entry still have the stamps that it was stored with.
   *
   * @param found the values of the keys of `read`, which came in the same round trip as the entry
   */
  async areCurrent(
    address: Address,
    entryKey: string,
    { tagStamps, entry: { tags = [] } }: StoredEntry,
    { read, found }: TagsRead,
  ): Promise<boolean> {
    if (areEqual(tags, read.tags)) return this.haveStamps(address, read, found, tagStamps);
    this.remember(entryKey, tags);
    const ownRead = this.readOf(address, tags);
    return this.haveStamps(address, ownRead, await this.driver.getMany(ownRead.keys), tagStamps);
  }

  private readOf(address: Address, tags: readonly string[]): TagRead {
    const hadPendingInvalidation = tags.length > 0 && this.retries.hasPendingFor(address, tags);
    return { tags, keys: tags.map(tag => this.keySpace.tag(tag)), hadPendingInvalidation };
  }

  private haveStamps(
    address: Address,
    { tags, hadPendingInvalidation }: TagRead,
    found: readonly Found[],
    stamps: readonly string[],
  ): boolean {
    // Checked before and after: the store may receive an invalidation while its reply is on the way.
    return !hadPendingInvalidation && !this.retries.hasPendingFor(address, tags) && areEqual(found.map(stampOf), stamps);
  }
}
