import type { Clock } from '../../time/clock.js';
import type { Address, Entry } from '../store.js';
import type { Driver, Found } from './driver.js';
import { decodeEntry, encodeEntry, type StoredEntry } from './entry-codec.js';
import type { EntryOrder, Where as PutMode } from './entry-order.js';
import { readStart, type EntryReader } from './near-cache.js';
import { isAbandoned, parseGeneration } from './generation.js';
import type { Generations, KnownValues } from './generations.js';
import type { KeySpace } from './key-space.js';
import type { Writers } from './writers.js';
import { areClean, areEqual, SharedLease, stampOf, type SeenEntry } from './shared-lease.js';
import type { TagLog } from './tag-log.js';

/** Milliseconds that a generation outlives the last entry that needs it. */
const OUTLIVES_MS = 60_000;

/** What stands at an address: the fence of this moment, and the entry if it may be served, or if it has expired and is still kept. */
export interface EntrySnapshot {
  readonly lease: SharedLease;
  readonly entry: Entry | undefined;
  readonly stale: Entry | undefined;
  /** What else was asked for. */
  readonly lockValue: Buffer | undefined;
}

/** On an entry that has been served: the generations of the tags that it has brought. */
const SERVED_UNDER = Symbol('served under');

type ServedEntry = Entry & { readonly [SERVED_UNDER]?: readonly string[] };

/**
 * Whether an entry that has been served before, and is put again, was served under the same generations of tags. Its response is older than
 * the fence: an invalidation may have written the log of tags before the fence was taken, and the generation after it was served.
 */
function isServedUnder({ [SERVED_UNDER]: servedUnder }: ServedEntry, tagStamps: readonly string[]): boolean {
  return servedUnder === undefined || areEqual(servedUnder, tagStamps);
}

interface BegunGenerations {
  readonly generations: readonly Found[];
  /** Those of them that were absent before, but the first: the root, which all entries need. */
  readonly begun: KnownValues;
}

const NONE: KnownValues = new Map();

/** The entries of a shared store, and the generations that tell whether they may be served. */
export class SharedEntries {
  /** @param hasPendingInvalidation whether the store does not know all that has been invalidated over an address, with the tags that an entry has brought */
  constructor(
    private readonly driver: Driver,
    private readonly reader: EntryReader,
    private readonly keys: KeySpace,
    private readonly generations: Generations,
    private readonly owners: Writers,
    private readonly tagLog: TagLog,
    private readonly order: EntryOrder,
    private readonly clock: Clock,
    private readonly hasPendingInvalidation: (address: Address, tags?: readonly string[]) => boolean,
  ) {}

  /**
   * One round trip for an entry that has brought no tags, and for a miss where all generations have begun and no tags are to come.
   *
   * @param extraKey what else to ask for
   */
  async read(address: Address, extraKey?: string): Promise<EntrySnapshot> {
    // Asked before and after: the store may be told of what it did not know while its answer is on the way.
    const wasDoubtful = this.hasPendingInvalidation(address);
    const keys = this.keys.generationsOver(address.path, address.tags);
    const extraKeys = extraKey === undefined ? [] : [extraKey];
    const entryKey = this.keys.entry(address);
    const { value, start, found } = await this.reader.read(entryKey, [...keys, ...extraKeys]);
    const current = await this.begun(keys, found.slice(0, keys.length));
    const lockValue = found[keys.length]?.value;
    const seen = { seen: start, isForced: false };
    const lease = this.newLease(current, undefined, !wasDoubtful && !this.hasPendingInvalidation(address), seen);
    const validEntry = await this.validEntry(address, value, lease);
    if (validEntry !== undefined && this.isFresh(validEntry)) {
      this.order.noteStored(validEntry.response, entryKey, start);
      return { lease, entry: validEntry, stale: undefined, lockValue };
    }
    if (address.hasComputedTags !== true) return { lease, entry: undefined, stale: validEntry, lockValue };
    const positioned = await this.fenceOver(address, seen);
    positioned.begun = new Map([...lease.begun, ...positioned.begun]);
    return { lease: positioned, entry: undefined, stale: validEntry, lockValue };
  }

  /** One round trip, as for a view. */
  async lease(address: Address): Promise<SharedLease> {
    return this.fenceOver(address, undefined);
  }

  /** @param seen undefined if the computation is forced: then the store is asked */
  private async fenceOver(address: Address, seen: SeenEntry | undefined): Promise<SharedLease> {
    const wasDoubtful = this.hasPendingInvalidation(address);
    const keys = this.keys.generationsOver(address.path, address.tags);
    const { start, found } =
      seen === undefined && address.isValue !== true
        ? await readStart(this.driver, this.keys.entry(address), keys)
        : { start: undefined, found: await this.driver.getMany(keys) };
    const current = await this.begun(keys, found);
    const tagPosition = address.hasComputedTags === true ? await this.tagLog.offset() : undefined;
    const isTrusted = !wasDoubtful && !this.hasPendingInvalidation(address);
    return this.newLease(current, tagPosition, isTrusted, seen ?? { seen: start, isForced: true });
  }

  /** @returns whether the store takes it: it is not too large, and it has not been invalidated */
  async put(address: Address, entry: Entry, lease: SharedLease, lifetimeMs: number, where: PutMode): Promise<boolean> {
    const entryKey = this.keys.entry(address);
    const presentKeys = where === 'where-absent' || !this.driver.hasAtomicCas ? [entryKey] : [];
    const generationKeys = this.keys.generationsOver(address.path, address.tags);
    const found = await this.driver.getMany([...generationKeys, ...presentKeys]);
    // It would be dead when it arrives, and might take the place of one that is not.
    if (!areEqual(found.slice(0, generationKeys.length).map(stampOf), lease.generationStamps)) return false;
    const present = found[generationKeys.length]?.value;
    const validEntry = where === 'where-absent' && present && (await this.validEntry(address, decodeEntry(present), lease));
    if (validEntry && this.isFresh(validEntry)) return false;
    const { tags = [] } = entry;
    const tagStamps = tags.length === 0 ? [] : await this.tagStamps(tags, lease);
    if (tagStamps === undefined || !isServedUnder(entry, tagStamps)) return false;
    const value = encodeEntry(address, entry, lease.generationStamps, tagStamps);
    const { maxValueBytes = Infinity } = this.driver;
    if (value.length > maxValueBytes) return false;
    const placed = { entryKey, response: entry.response, value, lifetimeMs, present, where, isValue: address.isValue === true };
    const [isPut] = await Promise.all([
      this.order.store(placed, lease),
      this.driver.extendTtl(
        this.keys.generationsOver(address.path, [...(address.tags ?? []), ...tags]),
        lifetimeMs + OUTLIVES_MS,
      ),
    ]);
    return isPut;
  }

  /** @returns whether there was one that could be served */
  async delete(address: Address): Promise<boolean> {
    const { entry, stale } = await this.read(address);
    await this.driver.delete(this.keys.entry(address));
    return (entry ?? stale) !== undefined;
  }

  private newLease(
    { generations, begun }: BegunGenerations,
    tagOffset: string | undefined,
    sawAllInvalidations: boolean,
    seen: SeenEntry,
  ): SharedLease {
    return new SharedLease({ generations, begun, tagOffset, sawAllInvalidations, ...seen, sequence: this.order.next() });
  }

  /** @returns the generations of tags that were not known when the computation began; `undefined` if they have changed since */
  private async tagStamps(tags: readonly string[], { tagOffset }: SharedLease): Promise<readonly string[] | undefined> {
    const keys = tags.map(tag => this.keys.tag(tag));
    const found = await this.driver.getMany(keys);
    const absent = tags.filter((_, index) => found[index]?.value === undefined);
    // One that was invalidated or changed of late was there: where it has been evicted, nobody knows whether a change goes on.
    if (absent.length > 0 && (await this.tagLog.names(absent))) await this.tagLog.append(absent);
    const { generations } = await this.begun(keys, found);
    if (tagOffset === undefined || !areClean(generations)) return undefined;
    // Read after the generations: an invalidation writes it before them.
    return (await this.tagLog.invalidatedSince(tagOffset, tags)) ? undefined : generations.map(stampOf);
  }

  /** The generations, where some had to begin first. */
  private async begun(keys: readonly string[], found: readonly Found[]): Promise<BegunGenerations> {
    if (areClean(found)) return { generations: found, begun: NONE };
    const dead = await this.owners.deadAmong(found.map(({ value }) => value));
    const toBegin = new Map(
      keys.flatMap((key, index) => {
        const value = found[index]?.value;
        return value === undefined || isAbandoned(parseGeneration(value), dead) ? [[key, value] as const] : [];
      }),
    );
    if (toBegin.size === 0) return { generations: found, begun: NONE };
    // A change has died. Computations that do not know their tags yet must see that before they can see the new generation.
    if ([...toBegin.values()].some(value => value !== undefined)) await this.tagLog.appendAll();
    const renewed = await this.generations.initialise(toBegin, dead);
    const begun = new Map([...renewed].filter(([key]) => toBegin.get(key) === undefined && key !== keys[0]));
    return { generations: await this.driver.getMany(keys), begun };
  }

  /** The entry, if it is of this address, is still to be kept, and has not been invalidated. */
  private async validEntry(address: Address, shared: StoredEntry | undefined, lease: SharedLease): Promise<Entry | undefined> {
    if (shared === undefined) return undefined;
    const { key, path, generationStamps, tagStamps, entry } = shared;
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
    const wasDoubtful = this.hasPendingInvalidation(address, tags);
    const generations = await this.driver.getMany(tags.map(tag => this.keys.tag(tag)));
    const isTrusted =
      !wasDoubtful && !this.hasPendingInvalidation(address, tags) && areEqual(generations.map(stampOf), tagStamps);
    const served: ServedEntry = { ...entry, [SERVED_UNDER]: tagStamps };
    return isTrusted ? served : undefined;
  }

  private isFresh({ expiresAtMs }: Entry): boolean {
    return expiresAtMs > this.clock.now();
  }
}
