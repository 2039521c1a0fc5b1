import { inTime } from '../../time/deadline.js';
import { Batches } from './batches.js';
import type { Driver } from './driver.js';
import {
  withoutWriters,
  generationValue,
  isAbandoned,
  newToken,
  parseGeneration,
  withWriter,
  type Generation,
} from './generation.js';
import { UnusedGenerations, type UnusedGeneration } from './unused-generations.js';

const HOUR_MS = 60 * 60 * 1000;
/** The lifetime of a generation in milliseconds. Entries extend it; if the driver cannot extend a lifetime, the second one applies. */
const GENERATION_MS = HOUR_MS;
const UNEXTENDED_MS = 30 * 24 * HOUR_MS;
/** Attempts before an unconditional write. If several processes change one generation at once, one succeeds per attempt. */
const ATTEMPTS = 32;

/** The last known value of each key. */
export type KnownValues = Map<string, Buffer | undefined>;

/** @param isUnconditional true if the value may have changed since it was read: then the result must not contain an earlier token */
type Transition = (current: Generation | undefined, isUnconditional: boolean) => Generation | undefined;

/** A transition from the last known value of a key. */
interface CompareAndSet {
  readonly seen: Buffer | undefined;
  readonly transition: Transition;
}

/** Changes the generations in a shared store by compare-and-set, while other processes change the same generations. */
export class Generations {
  /** Dirty generations outlive their writers: a fill must see that a writer has died, because the writer may have changed data. */
  private readonly lifetimeMs: number;
  /** The transitions in progress, by key. This process batches them, so that any number of them costs a few round trips. */
  private readonly batches = new Map<string, Batches<CompareAndSet, Buffer | undefined>>();
  readonly unused = new UnusedGenerations();
  /** The deletions in progress, by key. */
  private readonly discards = new Map<string, Promise<unknown>>();

  /** @param timeoutMs milliseconds that one operation of the store may take */
  constructor(
    private readonly driver: Driver,
    private readonly timeoutMs: number,
  ) {
    this.lifetimeMs = driver.canExtendTtl ? GENERATION_MS : UNEXTENDED_MS;
  }

  async read(keys: readonly string[]): Promise<KnownValues> {
    const found = await this.driver.getMany(keys);
    return new Map(keys.map((key, index) => [key, found[index]?.value]));
  }

  /**
   * Initialises absent generations, and dirty generations whose writers have all died.
   *
   * @param dead the ids of the dead writers
   */
  initialise(seen: KnownValues, dead: ReadonlySet<string>): Promise<KnownValues> {
    return this.change(seen, current => {
      if (current !== undefined && !isAbandoned(current, dead)) return undefined;
      return { kind: 'clean', token: newToken() };
    });
  }

  /** Deletes generations that no process has changed since. An entry under a deleted one is invalid: the next has another token. */
  async discard(unneeded: readonly UnusedGeneration[]): Promise<void> {
    const discards = unneeded.map(({ key, value }) => {
      // No look-up waits longer for a reply that never comes.
      const discard = inTime(this.driver.compareAndDelete(key, value), this.timeoutMs, false).finally(
        () => this.discards.get(key) === discard && this.discards.delete(key),
      );
      this.discards.set(key, discard);
      return discard;
    });
    await Promise.all(discards);
  }

  /**
   * Resolves when this process deletes none of the generations: the store would refuse the entry of a fill that has seen one.
   *
   * @returns undefined if it deletes no generation
   */
  allDiscarded(keys: readonly string[]): Promise<unknown> | undefined {
    if (this.discards.size === 0) return undefined;
    return Promise.allSettled(keys.flatMap(key => this.discards.get(key) ?? []));
  }

  /** Marks generations as dirty for a writer, again if they are. */
  beginWrite(seen: KnownValues, writerId: string): Promise<KnownValues> {
    return this.change(seen, (current, isUnconditional) => {
      const next = withWriter(current, writerId);
      return isUnconditional ? { ...next, previous: newToken() } : next;
    });
  }

  /** @param writerIds the writers that end; empty for an invalidation without a write intent */
  endWrites(seen: KnownValues, writerIds: readonly string[], hasChanged: boolean): Promise<KnownValues> {
    // Without an atomic compare-and-set, the previous token could undo a concurrent invalidation.
    const changed = hasChanged || !this.driver.hasAtomicCas;
    return this.change(seen, (current, isUnconditional) => withoutWriters(current, writerIds, changed || isUnconditional));
  }

  private async change(seen: KnownValues, transition: Transition): Promise<KnownValues> {
    const changes = Array.from(
      seen,
      async ([key, value]) => [key, await this.batchesOf(key).add({ seen: value, transition })] as const,
    );
    return new Map(await Promise.all(changes));
  }

  private batchesOf(key: string): Batches<CompareAndSet, Buffer | undefined> {
    let batches = this.batches.get(key);
    if (batches === undefined) {
      batches = new Batches(
        changes => this.compareAndSetLoop(key, changes),
        this.timeoutMs,
        () => this.batches.delete(key),
      );
      this.batches.set(key, batches);
    }
    return batches;
  }

  /** Applies several transitions with one write. @returns the final value of the key */
  private async compareAndSetLoop(key: string, changes: readonly CompareAndSet[]): Promise<Buffer | undefined> {
    let current = await this.initialValue(key, changes);
    for (let attempt = 1; ; attempt++) {
      const isUnconditional = attempt > ATTEMPTS;
      const before = current && parseGeneration(current);
      const next = changes.reduce((generation, { transition }) => transition(generation, isUnconditional) ?? generation, before);
      if (next === before || next === undefined) return current;
      const value = next.kind === 'clean' && next.isUnused === true ? undefined : generationValue(next);
      // Every written value is new, so that an unconditional write invalidates all values before it.
      if (isUnconditional) await (value === undefined ? this.driver.delete(key) : this.driver.set(key, value, this.lifetimeMs));
      else if (!(await this.exchange(key, current, value))) {
        current = (await this.driver.getMany([key]))[0]?.value;
        continue;
      }
      return value;
    }
  }

  /** @param value undefined to delete the generation @returns true if the store had the current value */
  private async exchange(key: string, current: Buffer | undefined, value: Buffer | undefined): Promise<boolean> {
    if (value !== undefined) return this.driver.compareAndSet(key, current, value, this.lifetimeMs);
    return current === undefined || this.driver.compareAndDelete(key, current);
  }

  /** Returns the value that the transitions start from. If their known values differ, the store is read. */
  private async initialValue(key: string, changes: readonly CompareAndSet[]): Promise<Buffer | undefined> {
    const [first, ...others] = changes.map(({ seen }) => seen);
    const areAlike = others.every(seen => (first === undefined ? seen === undefined : seen?.equals(first) === true));
    return areAlike ? first : (await this.driver.getMany([key]))[0]?.value;
  }
}
