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

const HOUR_MS = 60 * 60 * 1000;
/** Milliseconds that a generation lives when no entry needs it longer; and where that cannot be said later. */
const GENERATION_MS = HOUR_MS;
const UNEXTENDED_MS = 30 * 24 * HOUR_MS;
/** Milliseconds that a generation lives when nothing is stored under it. What is stored extends its life. */
const UNUSED_MS = 10_000;
/** Of the processes that change one generation at once, one gets through at each attempt. */
const ATTEMPTS = 32;

/** What was last seen under each key. */
export type KnownValues = Map<string, Buffer | undefined>;

/** @param isBlind whether what stands there may have changed since it was read: then no token of before may stand there again */
type Transition = (current: Generation | undefined, isBlind: boolean) => Generation | undefined;

/** A step that is to be taken from what the key was last seen to hold. */
interface CompareAndSet {
  readonly seen: Buffer | undefined;
  readonly step: Transition;
}

/** Moves the generations of a shared store from one state to the next, whoever else does the same. */
export class Generations {
  /** Also of marks. They outlive their owners: a computation must see that an owner has died, which may have changed data before. */
  private readonly lifetimeMs: number;
  /** The moves under way, by key: those of one process go together, so that any number of them costs a few round trips. */
  private readonly moves = new Map<string, Batches<CompareAndSet, Buffer | undefined>>();

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
   * Begins generations where there is none, or only one whose changes have all died.
   *
   * @param dead the owners that are known to have died
   */
  initialise(seen: KnownValues, dead: ReadonlySet<string>): Promise<KnownValues> {
    return this.move(seen, current => {
      if (current !== undefined && !isAbandoned(current, dead)) return undefined;
      return { kind: 'clean', token: newToken() };
    });
  }

  /** Lets generations end soon that nothing has been stored under, where they are as they began. */
  async expireSoon(begun: KnownValues): Promise<void> {
    const present = Array.from(begun).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }]));
    await Promise.all(present.map(({ key, value }) => this.driver.compareAndSet(key, value, value, UNUSED_MS)));
  }

  /** Enters a change as under way, or says again that it is. */
  beginWrite(seen: KnownValues, ownerId: string): Promise<KnownValues> {
    return this.move(seen, (current, isBlind) => {
      const next = withWriter(current, ownerId);
      return isBlind ? { ...next, previous: newToken() } : next;
    });
  }

  /** Ends changes (none: an invalidation that belongs to none). */
  endWrites(seen: KnownValues, ownerIds: readonly string[], hasChanged: boolean): Promise<KnownValues> {
    // Without a comparison in one step, going back to a token could undo an invalidation made in between.
    const changed = hasChanged || !this.driver.hasAtomicCas;
    return this.move(seen, (current, isBlind) => withoutWriters(current, ownerIds, changed || isBlind));
  }

  private async move(seen: KnownValues, step: Transition): Promise<KnownValues> {
    const moves = Array.from(seen, async ([key, value]) => [key, await this.movesOf(key).add({ seen: value, step })] as const);
    return new Map(await Promise.all(moves));
  }

  private movesOf(key: string): Batches<CompareAndSet, Buffer | undefined> {
    let batches = this.moves.get(key);
    if (batches === undefined) {
      batches = new Batches(
        moves => this.compareAndSetLoop(key, moves),
        this.timeoutMs,
        () => this.moves.delete(key),
      );
      this.moves.set(key, batches);
    }
    return batches;
  }

  /** Takes several steps with one write. @returns what the key holds then */
  private async compareAndSetLoop(key: string, moves: readonly CompareAndSet[]): Promise<Buffer | undefined> {
    let current = await this.seenByAll(key, moves);
    for (let attempt = 1; ; attempt++) {
      const isBlind = attempt > ATTEMPTS;
      const before = current && parseGeneration(current);
      const next = moves.reduce((generation, { step }) => step(generation, isBlind) ?? generation, before);
      if (next === before || next === undefined) return current;
      const value = generationValue(next);
      const lifetimeMs = next.kind === 'clean' && next.isUnused === true ? UNUSED_MS : this.lifetimeMs;
      // Every value written is new, so that one that wins without comparison still invalidates all before it.
      if (isBlind) await this.driver.set(key, value, lifetimeMs);
      else if (!(await this.driver.compareAndSet(key, current, value, lifetimeMs))) {
        current = (await this.driver.getMany([key]))[0]?.value;
        continue;
      }
      return value;
    }
  }

  /** What the moves start from. Where they have seen different values, the store is asked which one is there. */
  private async seenByAll(key: string, moves: readonly CompareAndSet[]): Promise<Buffer | undefined> {
    const [first, ...others] = moves.map(({ seen }) => seen);
    const areAlike = others.every(seen => (first === undefined ? seen === undefined : seen?.equals(first) === true));
    return areAlike ? first : (await this.driver.getMany([key]))[0]?.value;
  }
}
