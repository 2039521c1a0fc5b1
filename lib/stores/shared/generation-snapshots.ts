import type { Driver, Found } from './driver.js';
import { isAbandoned, parseGeneration } from './generation.js';
import type { Generations } from './generations.js';
import type { KeySpace } from './key-space.js';
import type { TagLog } from './tag-log.js';
import type { Writers } from './writers.js';

/** The generations over an address at one moment. */
export interface GenerationSnapshot {
  /** One stamp per generation, in the order of the keys. */
  readonly stamps: readonly string[];
  /** True if all generations exist and no write is in progress under them. */
  readonly isClean: boolean;
}

/** Takes snapshots of generations. Absent and abandoned generations are initialised first. */
export class GenerationSnapshots {
  constructor(
    private readonly driver: Driver,
    private readonly keys: KeySpace,
    private readonly generations: Generations,
    private readonly writers: Writers,
    private readonly tagLog: TagLog,
  ) {}

  /** Resolves when the generations can be read for a snapshot. @returns undefined if they can be read at once */
  prepare(keys: readonly string[]): Promise<unknown> | undefined {
    return this.generations.allDiscarded(keys);
  }

  /** Notes that an entry needs the generations. */
  keep(keys: readonly string[]): void {
    this.generations.unused.keep(keys);
  }

  /**
   * @param found the values that the caller has read under the keys
   * @param isReadOnly true if no entry will be stored under the snapshot, so that no generation is initialised
   */
  async take(keys: readonly string[], found: readonly Found[], isReadOnly = false): Promise<GenerationSnapshot> {
    const isClean = areClean(found);
    if (isClean || isReadOnly) return { stamps: found.map(stampOf), isClean };
    const dead = await this.writers.deadAmong(found.map(({ value }) => value));
    const missing = new Map(
      keys.flatMap((key, index) => {
        const value = found[index]?.value;
        return value === undefined || isAbandoned(parseGeneration(value), dead) ? [[key, value] as const] : [];
      }),
    );
    if (missing.size === 0) return { stamps: found.map(stampOf), isClean: false };
    // A writer has died. Fills with computed tags must see its invalidation before they can see the new generation.
    if ([...missing.values()].some(value => value !== undefined)) await this.tagLog.appendAll();
    const written = await this.generations.initialise(missing, dead);
    // All entries need the root, which is the first key.
    this.generations.unused.add(new Map([...written].filter(([key]) => missing.get(key) === undefined && key !== keys[0])));
    const current = await this.driver.getMany(keys);
    return { stamps: current.map(stampOf), isClean: areClean(current) };
  }

  /**
   * Returns the stamps of computed tags, whose generations the lease does not contain.
   *
   * @param tagOffset the position of the tag log when the lease was taken
   * @returns undefined if one of the tags may have been invalidated since the lease was taken
   */
  async ofComputedTags(tags: readonly string[], tagOffset: string | undefined): Promise<readonly string[] | undefined> {
    const keys = tags.map(tag => this.keys.tag(tag));
    const found = await this.driver.getMany(keys);
    const absent = tags.filter((_, index) => found[index]?.value === undefined);
    // A tag in the log had a generation. If the store has evicted the generation, a write may still be in progress.
    if (absent.length > 0 && (await this.tagLog.includesAny(absent))) await this.tagLog.append(absent);
    const { stamps, isClean } = await this.take(keys, found);
    if (tagOffset === undefined || !isClean) return undefined;
    // The log is read after the generations, because an invalidation writes the log before the generations.
    return (await this.tagLog.invalidatedSince(tagOffset, tags)) ? undefined : stamps;
  }
}

/** Returns a generation with the incarnation of its server. A server that restarts with older data has other stamps. */
export function stampOf({ value, incarnation }: Found): string {
  return `${value?.toString('latin1') ?? ''}@${incarnation}`;
}

export function areEqual(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((stamp, index) => stamp === others[index]);
}

function areClean(generations: readonly Found[]): boolean {
  return generations.every(({ value }) => value !== undefined && parseGeneration(value).kind === 'clean');
}
