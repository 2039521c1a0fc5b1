import type { Clock } from '../../clock.js';
import type { Address, Entry } from '../store.js';
import type { Driver, Found } from './driver.js';
import { decodeEntry, encodeEntry, type SharedEntry } from './entry-format.js';
import type { EntryOrder, Where } from './entry-order.js';
import { readStart, type EntryReader } from './entry-reader.js';
import { hasLapsed, parseGeneration } from './generation.js';
import type { Generations, Seen } from './generations.js';
import type { KeySpace } from './key-space.js';
import type { Owners } from './owners.js';
import { areClean, areEqual, SharedFence, stampOf, type SeenEntry } from './shared-fence.js';
import type { TagLog } from './tag-log.js';

/** Milliseconds that a generation outlives the last entry that needs it. */
const OUTLIVES_MS = 60_000;

/** What stands at an address: the fence of this moment, and the entry if it may be served, or if it has expired and is still kept. */
export interface View {
  readonly fence: SharedFence;
  readonly entry: Entry | undefined;
  readonly stale: Entry | undefined;
  /** What else was asked for. */
  readonly extra: Buffer | undefined;
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

interface Begun {
  readonly generations: readonly Found[];
  /** Those of them that were absent before, but the first: the root, which all entries need. */
  readonly begun: Seen;
}

const NONE: Seen = new Map();

/** The entries of a shared store, and the generations that tell whether they may be served. */
export class SharedEntries {
  /** @param isDoubtful whether the store does not know all that has been invalidated over an address, with the tags that an entry has brought */
  constructor(
    private readonly driver: Driver,
    private readonly reader: EntryReader,
    private readonly keys: KeySpace,
    private readonly generations: Generations,
    private readonly owners: Owners,
    private readonly tagLog: TagLog,
    private readonly order: EntryOrder,
    private readonly clock: Clock,
    private readonly isDoubtful: (address: Address, tags?: readonly string[]) => boolean,
  ) {}

  /**
   * One round trip for an entry that has brought no tags, and for a miss where all generations have begun and no tags are to come.
   *
   * @param extraKey what else to ask for
   */
  async view(address: Address, extraKey?: string): Promise<View> {
    // Asked before and after: the store may be told of what it did not know while its answer is on the way.
    const wasDoubtful = this.isDoubtful(address);
    const keys = this.keys.generationsOver(address.path, address.tags);
    const extraKeys = extraKey === undefined ? [] : [extraKey];
    const entryKey = this.keys.entry(address);
    const { value, start, found } = await this.reader.read(entryKey, [...keys, ...extraKeys]);
    const current = await this.begun(keys, found.slice(0, keys.length));
    const extra = found[keys.length]?.value;
    const seen = { seen: start, isForced: false };
    const fence = this.newFence(current, undefined, !wasDoubtful && !this.isDoubtful(address), seen);
    const standing = await this.standing(address, value, fence);
    if (standing !== undefined && this.isFresh(standing)) {
      this.order.noteStored(standing.response, entryKey, start);
      return { fence, entry: standing, stale: undefined, extra };
    }
    if (address.awaitsTags !== true) return { fence, entry: undefined, stale: standing, extra };
    const positioned = await this.fenceOver(address, seen);
    positioned.begun = new Map([...fence.begun, ...positioned.begun]);
    return { fence: positioned, entry: undefined, stale: standing, extra };
  }

  /** One round trip, as for a view. */
  async fence(address: Address): Promise<SharedFence> {
    return this.fenceOver(address, undefined);
  }

  /** @param seen undefined if the computation is forced: then the store is asked */
  private async fenceOver(address: Address, seen: SeenEntry | undefined): Promise<SharedFence> {
    const wasDoubtful = this.isDoubtful(address);
    const keys = this.keys.generationsOver(address.path, address.tags);
    const { start, found } =
      seen === undefined && address.isValue !== true
        ? await readStart(this.driver, this.keys.entry(address), keys)
        : { start: undefined, found: await this.driver.getMany(keys) };
    const current = await this.begun(keys, found);
    const tagPosition = address.awaitsTags === true ? await this.tagLog.position() : undefined;
    const isTrusted = !wasDoubtful && !this.isDoubtful(address);
    return this.newFence(current, tagPosition, isTrusted, seen ?? { seen: start, isForced: true });
  }

  /** @returns whether the store takes it: it is not too large, and it has not been invalidated */
  async put(address: Address, entry: Entry, fence: SharedFence, lifetimeMs: number, where: Where): Promise<boolean> {
    const entryKey = this.keys.entry(address);
    const presentKeys = where === 'where-absent' || !this.driver.exchangesAtomically ? [entryKey] : [];
    const generationKeys = this.keys.generationsOver(address.path, address.tags);
    const found = await this.driver.getMany([...generationKeys, ...presentKeys]);
    // It would be dead when it arrives, and might take the place of one that is not.
    if (!areEqual(found.slice(0, generationKeys.length).map(stampOf), fence.stamps)) return false;
    const present = found[generationKeys.length]?.value;
    const standing = where === 'where-absent' && present && (await this.standing(address, decodeEntry(present), fence));
    if (standing && this.isFresh(standing)) return false;
    const { tags = [] } = entry;
    const tagStamps = tags.length === 0 ? [] : await this.tagStamps(tags, fence);
    if (tagStamps === undefined || !isServedUnder(entry, tagStamps)) return false;
    const value = encodeEntry(address, entry, fence.stamps, tagStamps);
    const { maxValueBytes = Infinity } = this.driver;
    if (value.length > maxValueBytes) return false;
    const placed = { entryKey, response: entry.response, value, lifetimeMs, present, where, isValue: address.isValue === true };
    const [isPut] = await Promise.all([
      this.order.store(placed, fence),
      this.driver.extend(this.keys.generationsOver(address.path, [...(address.tags ?? []), ...tags]), lifetimeMs + OUTLIVES_MS),
    ]);
    return isPut;
  }

  /** @returns whether there was one that could be served */
  async delete(address: Address): Promise<boolean> {
    const { entry, stale } = await this.view(address);
    await this.driver.delete(this.keys.entry(address));
    return (entry ?? stale) !== undefined;
  }

  private newFence(
    { generations, begun }: Begun,
    tagPosition: string | undefined,
    isTrusted: boolean,
    seen: SeenEntry,
  ): SharedFence {
    return new SharedFence({ generations, begun, tagPosition, isTrusted, ...seen, sequence: this.order.next() });
  }

  /** @returns the generations of tags that were not known when the computation began; `undefined` if they have changed since */
  private async tagStamps(tags: readonly string[], { tagPosition }: SharedFence): Promise<readonly string[] | undefined> {
    const keys = tags.map(tag => this.keys.tag(tag));
    const found = await this.driver.getMany(keys);
    const absent = tags.filter((_, index) => found[index]?.value === undefined);
    // One that was invalidated or changed of late was there: where it has been evicted, nobody knows whether a change goes on.
    if (absent.length > 0 && (await this.tagLog.names(absent))) await this.tagLog.append(absent);
    const { generations } = await this.begun(keys, found);
    if (tagPosition === undefined || !areClean(generations)) return undefined;
    // Read after the generations: an invalidation writes it before them.
    return (await this.tagLog.hasSince(tagPosition, tags)) ? undefined : generations.map(stampOf);
  }

  /** The generations, where some had to begin first. */
  private async begun(keys: readonly string[], found: readonly Found[]): Promise<Begun> {
    if (areClean(found)) return { generations: found, begun: NONE };
    const dead = await this.owners.deadAmong(found.map(({ value }) => value));
    const toBegin = new Map(
      keys.flatMap((key, index) => {
        const value = found[index]?.value;
        return value === undefined || hasLapsed(parseGeneration(value), dead) ? [[key, value] as const] : [];
      }),
    );
    if (toBegin.size === 0) return { generations: found, begun: NONE };
    // A change has died. Computations that do not know their tags yet must see that before they can see the new generation.
    if ([...toBegin.values()].some(value => value !== undefined)) await this.tagLog.appendAll();
    const renewed = await this.generations.renew(toBegin, dead);
    const begun = new Map([...renewed].filter(([key]) => toBegin.get(key) === undefined && key !== keys[0]));
    return { generations: await this.driver.getMany(keys), begun };
  }

  /** The entry, if it is of this address, is still to be kept, and has not been invalidated. */
  private async standing(address: Address, shared: SharedEntry | undefined, fence: SharedFence): Promise<Entry | undefined> {
    if (shared === undefined) return undefined;
    const { key, path, stamps, tagStamps, entry } = shared;
    if (!fence.isStorable || key !== address.key || path !== address.path.path || !areEqual(stamps, fence.stamps))
      return undefined;
    const { expiresAtMs, keptUntilMs = expiresAtMs, tags = [] } = entry;
    if (keptUntilMs <= this.clock.now()) return undefined;
    if (tags.length === 0) return entry;
    const wasDoubtful = this.isDoubtful(address, tags);
    const generations = await this.driver.getMany(tags.map(tag => this.keys.tag(tag)));
    const isTrusted = !wasDoubtful && !this.isDoubtful(address, tags) && areEqual(generations.map(stampOf), tagStamps);
    const served: ServedEntry = { ...entry, [SERVED_UNDER]: tagStamps };
    return isTrusted ? served : undefined;
  }

  private isFresh({ expiresAtMs }: Entry): boolean {
    return expiresAtMs > this.clock.now();
  }
}
