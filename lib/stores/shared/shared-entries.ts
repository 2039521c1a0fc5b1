import type { Clock } from '../../clock.js';
import type { CanonicalPath } from '../../keys/canonical-path.js';
import type { Address, Entry } from '../store.js';
import type { Driver, Found } from './driver.js';
import { encodeEntry, type SharedEntry } from './entry-format.js';
import type { EntryReader } from './entry-reader.js';
import { hasLapsed, parseGeneration } from './generation.js';
import type { Generations } from './generations.js';
import type { KeySpace } from './key-space.js';
import { areEqual, SharedFence } from './shared-fence.js';

/** Milliseconds that a generation outlives the last entry that needs it. */
const OUTLIVES_MS = 60_000;

/** What stands at an address: the fence of this moment, and the entry if it may be served. */
export interface View {
  readonly fence: SharedFence;
  readonly entry: Entry | undefined;
  /** What else was asked for. */
  readonly extra: Buffer | undefined;
}

/** The entries of a shared store, and the generations that tell whether they may be served. */
export class SharedEntries {
  /** @param isDoubtful whether the store does not know all that has been invalidated over a path */
  constructor(
    private readonly driver: Driver,
    private readonly values: EntryReader,
    private readonly keys: KeySpace,
    private readonly generations: Generations,
    private readonly clock: Clock,
    private readonly isDoubtful: (path: CanonicalPath) => boolean,
  ) {}

  /**
   * One round trip where all generations have begun.
   *
   * @param extraKey what else to ask for
   */
  async view(address: Address, extraKey?: string): Promise<View> {
    const { path } = address;
    // Asked before and after: the store may be told of what it did not know while its answer is on the way.
    const wasDoubtful = this.isDoubtful(path);
    const generationKeys = this.keys.generationsOver(path);
    const extraKeys = extraKey === undefined ? [] : [extraKey];
    const { value, found } = await this.values.read(this.keys.entry(address), [...generationKeys, ...extraKeys]);
    const generations = await this.begun(generationKeys, found.slice(0, generationKeys.length));
    const fence = new SharedFence(generations, !wasDoubtful && !this.isDoubtful(path));
    return { fence, entry: this.servable(address, value, fence), extra: found[generationKeys.length]?.value };
  }

  async fence({ path }: Address): Promise<SharedFence> {
    const wasDoubtful = this.isDoubtful(path);
    const generationKeys = this.keys.generationsOver(path);
    const generations = await this.begun(generationKeys, await this.driver.getMany(generationKeys));
    return new SharedFence(generations, !wasDoubtful && !this.isDoubtful(path));
  }

  /** @returns whether the store takes entries of that size */
  async put(address: Address, entry: Entry, { stamps }: SharedFence, lifetimeMs: number): Promise<boolean> {
    const value = encodeEntry(address, entry, stamps);
    const { maxValueBytes = Infinity } = this.driver;
    if (value.length > maxValueBytes) return false;
    await Promise.all([
      this.driver.set(this.keys.entry(address), value, lifetimeMs),
      this.driver.extend(this.keys.generationsOver(address.path), lifetimeMs + OUTLIVES_MS),
    ]);
    return true;
  }

  /** The generations, where some had to begin first. */
  private async begun(keys: readonly string[], found: readonly Found[]): Promise<readonly Found[]> {
    const toBegin = new Map(
      keys.flatMap((key, index) => {
        const value = found[index]?.value;
        return value === undefined || hasLapsed(parseGeneration(value), this.clock.now()) ? [[key, value] as const] : [];
      }),
    );
    if (toBegin.size === 0) return found;
    await this.generations.renew(toBegin);
    return this.driver.getMany(keys);
  }

  private servable(address: Address, shared: SharedEntry | undefined, fence: SharedFence): Entry | undefined {
    if (!fence.isStorable || shared?.key !== address.key || shared.path !== address.path.path) return undefined;
    return areEqual(shared.stamps, fence.stamps) && shared.entry.expiresAtMs > this.clock.now() ? shared.entry : undefined;
  }
}
