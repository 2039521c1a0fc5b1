import type { Clock } from '../../time/clock.js';
import type { Address, Entry } from '../store.js';
import type { Driver } from './driver.js';
import { decodeEntry, encodeEntry, type StoredEntry } from './entry-codec.js';
import type { EntryOrder, PutMode } from './entry-order.js';
import { areEqual, stampOf, type GenerationSnapshot, type GenerationSnapshots } from './generation-snapshots.js';
import type { InvalidationRetries } from './invalidation-retries.js';
import type { AddressKeys, KeySpace } from './key-space.js';
import { readStart, type EntryReader } from './near-cache.js';
import { NO_TAGS_READ, RecentTags } from './recent-tags.js';
import { SharedLease, type SeenEntry } from './shared-lease.js';
import type { TagLog } from './tag-log.js';

/** Milliseconds that a generation outlives the last entry that needs it. */
const OUTLIVES_MS = 60_000;

/** The result of one read at an address. */
export interface EntrySnapshot {
  readonly lease: SharedLease;
  /** The entry if it is valid and fresh. */
  readonly entry: Entry | undefined;
  /** The entry if it is valid and has expired. */
  readonly stale: Entry | undefined;
  /** The value of the fill lock, if the read included the lock. */
  readonly lockValue: Buffer | undefined;
}

/** Options of one read. */
export interface ReadOptions {
  /** @default computed from the address */
  readonly keys?: AddressKeys;
  /** The key of a fill lock to read in the same round trip. */
  readonly lockKey?: string;
}

/** Property of a returned entry: the stamps of its own tags when the store returned it. */
const SERVED_UNDER = Symbol('served under');

type ServedEntry = Entry & { readonly [SERVED_UNDER]?: readonly string[] };

/**
 * Returns true if an entry that is stored again was returned under the same stamps of its tags. The response is older than the lease: an
 * invalidation may write the tag log before the lease is taken, and the generation after the entry was returned.
 */
function isServedUnder({ [SERVED_UNDER]: servedUnder }: ServedEntry, tagStamps: readonly string[]): boolean {
  return servedUnder === undefined || areEqual(servedUnder, tagStamps);
}

/** The entries of a shared store. Their generations decide whether they are valid. */
export class SharedEntries {
  private readonly recentTags: RecentTags;

  constructor(
    private readonly driver: Driver,
    private readonly reader: EntryReader,
    private readonly keySpace: KeySpace,
    private readonly snapshots: GenerationSnapshots,
    private readonly tagLog: TagLog,
    private readonly order: EntryOrder,
    private readonly clock: Clock,
    private readonly retries: InvalidationRetries,
  ) {
    this.recentTags = new RecentTags(driver, keySpace, retries);
  }

  /** Reads an entry in one round trip. If this process does not remember its computed tags, they cost a second one. */
  async read(address: Address, { keys = this.keySpace.of(address), lockKey }: ReadOptions = {}): Promise<EntrySnapshot> {
    // Checked before and after: the store may receive an invalidation while its reply is on the way.
    const hadPendingInvalidation = this.retries.hasPendingFor(address);
    const { entryKey, generationKeys } = keys;
    const tagRead = this.recentTags.begin(address, entryKey);
    const lockKeys = lockKey === undefined ? [] : [lockKey];
    const preparing = this.snapshots.prepare(generationKeys);
    if (preparing !== undefined) await preparing;
    const { value, start, found } = await this.reader.read(entryKey, [...generationKeys, ...tagRead.keys, ...lockKeys]);
    const tagsEnd = generationKeys.length + tagRead.keys.length;
    const generationsFound = found.slice(0, generationKeys.length);
    const generations = await this.snapshots.take(generationKeys, generationsFound, address.isReadOnly);
    const lockValue = found[tagsEnd]?.value;
    const seen = { seen: start, isForced: false };
    const newLease = (tagOffset?: string): SharedLease => {
      const sawAll = !hadPendingInvalidation && !this.retries.hasPendingFor(address);
      return this.newLease(keys, generations, tagOffset, sawAll, seen);
    };
    const lease = newLease();
    const validEntry = await this.validEntry(address, value, lease, {
      read: tagRead,
      found: found.slice(generationKeys.length, tagsEnd),
    });
    if (validEntry !== undefined && this.isFresh(validEntry)) {
      this.order.noteStored(validEntry.response, entryKey, start);
      return { lease, entry: validEntry, stale: undefined, lockValue };
    }
    if (address.hasComputedTags !== true) return { lease, entry: undefined, stale: validEntry, lockValue };
    // Only a computation has computed tags, so a hit does not read the log. The computation begins after the log has been read.
    return { lease: newLease(await this.tagLog.offset()), entry: undefined, stale: validEntry, lockValue };
  }

  /** Takes a lease for a forced fill, in one round trip. */
  async lease(address: Address): Promise<SharedLease> {
    const hadPendingInvalidation = this.retries.hasPendingFor(address);
    const keys = this.keySpace.of(address);
    const { entryKey, generationKeys } = keys;
    const preparing = this.snapshots.prepare(generationKeys);
    if (preparing !== undefined) await preparing;
    const { start, found } =
      address.isValue !== true
        ? await readStart(this.driver, entryKey, generationKeys)
        : { start: undefined, found: await this.driver.getMany(generationKeys) };
    const generations = await this.snapshots.take(generationKeys, found);
    const tagOffset = address.hasComputedTags === true ? await this.tagLog.offset() : undefined;
    const sawAll = !hadPendingInvalidation && !this.retries.hasPendingFor(address);
    return this.newLease(keys, generations, tagOffset, sawAll, { seen: start, isForced: true });
  }

  /** @returns true if the store accepts the entry: the entry is not too large, and was not invalidated since the lease was taken */
  async put(address: Address, entry: Entry, lease: SharedLease, lifetimeMs: number, mode: PutMode): Promise<boolean> {
    const { entryKey, generationKeys } = lease.keys;
    const presentKeys = mode === 'if-absent' || !this.driver.hasAtomicCas ? [entryKey] : [];
    const found = await this.driver.getMany([...generationKeys, ...presentKeys]);
    // An invalidated entry could replace a valid one.
    if (!areEqual(found.slice(0, generationKeys.length).map(stampOf), lease.generationStamps)) return false;
    const present = found[generationKeys.length]?.value;
    const validEntry = mode === 'if-absent' && present && (await this.validEntry(address, decodeEntry(present), lease));
    if (validEntry && this.isFresh(validEntry)) return false;
    const { tags = [] } = entry;
    const tagStamps = tags.length === 0 ? [] : await this.snapshots.ofComputedTags(tags, lease.tagOffset);
    if (tagStamps === undefined || !isServedUnder(entry, tagStamps)) return false;
    const value = encodeEntry(address, entry, lease.generationStamps, tagStamps);
    const { maxValueBytes = Infinity } = this.driver;
    if (value.length > maxValueBytes) return false;
    const placed = { entryKey, response: entry.response, value, lifetimeMs, present, mode, isValue: address.isValue === true };
    this.recentTags.remember(entryKey, tags);
    const usedKeys = [...generationKeys, ...tags.map(tag => this.keySpace.tag(tag))];
    const [isPut] = await Promise.all([
      this.order.store(placed, lease),
      this.driver.extendTtl(usedKeys, lifetimeMs + OUTLIVES_MS),
    ]);
    if (isPut) this.snapshots.keep(usedKeys);
    return isPut;
  }

  /** @returns true if the store had a valid entry, fresh or stale */
  async delete(address: Address): Promise<boolean> {
    const { entry, stale, lease } = await this.read(address);
    await this.driver.delete(lease.keys.entryKey);
    return (entry ?? stale) !== undefined;
  }

  private newLease(
    keys: AddressKeys,
    generations: GenerationSnapshot,
    tagOffset: string | undefined,
    sawAllInvalidations: boolean,
    seen: SeenEntry,
  ): SharedLease {
    return new SharedLease({ keys, generations, tagOffset, sawAllInvalidations, ...seen, sequence: this.order.next() });
  }

  /** Returns the entry if it belongs to the address, was not invalidated, and its time to delete has not come. */
  private async validEntry(
    address: Address,
    stored: StoredEntry | undefined,
    lease: SharedLease,
    tagsRead = NO_TAGS_READ,
  ): Promise<Entry | undefined> {
    if (stored === undefined) return undefined;
    const { key, path, generationStamps, tagStamps, entry } = stored;
    if (
      !lease.isStorable ||
      key !== address.key ||
      path !== address.path.path ||
      !areEqual(generationStamps, lease.generationStamps)
    )
      return undefined;
    const { expiresAtMs, deleteAtMs = expiresAtMs, tags = [] } = entry;
    if (deleteAtMs <= this.clock.now()) return undefined;
    if (tags.length === 0) return entry;
    const served: ServedEntry = { ...entry, [SERVED_UNDER]: tagStamps };
    return (await this.recentTags.areCurrent(address, lease.keys.entryKey, stored, tagsRead)) ? served : undefined;
  }

  private isFresh({ expiresAtMs }: Entry): boolean {
    return expiresAtMs > this.clock.now();
  }
}
