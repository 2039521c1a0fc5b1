import type { Clock } from '../../clock.js';
import type { Driver } from './driver.js';
import { afterChange, generationValue, hasLapsed, newToken, parseGeneration, withOwner, type Generation } from './generation.js';

/** Milliseconds for which a change is taken to be under way when nothing is heard of it. */
export const CHANGE_MS = 30_000;
const HOUR_MS = 60 * 60 * 1000;
/** Milliseconds that a generation lives when no entry needs it longer; and where that cannot be said later. */
const GENERATION_MS = HOUR_MS;
const UNEXTENDED_MS = 30 * 24 * HOUR_MS;
/** Of many that change one generation at once, one gets through at each attempt. */
const ATTEMPTS = 32;

/** What was last seen under each key. */
export type Seen = Map<string, Buffer | undefined>;

/** @param isBlind whether what stands there may have changed since it was read: then no token of before may stand there again */
type Step = (current: Generation | undefined, isBlind: boolean) => Generation | undefined;

/** Moves the generations of a shared store from one state to the next, whoever else does the same. */
export class Generations {
  private readonly lifetimeMs: number;

  constructor(
    private readonly driver: Driver,
    private readonly clock: Clock,
  ) {
    this.lifetimeMs = driver.canExtend ? GENERATION_MS : UNEXTENDED_MS;
  }

  async read(keys: readonly string[]): Promise<Seen> {
    const found = await this.driver.getMany(keys);
    return new Map(keys.map((key, index) => [key, found[index]?.value]));
  }

  /** Begins generations where there is none, or only one whose changes have all died. */
  renew(seen: Seen): Promise<Seen> {
    return this.move(seen, this.lifetimeMs, current => {
      if (current !== undefined && !hasLapsed(current, this.clock.now())) return undefined;
      return { kind: 'clean', token: newToken() };
    });
  }

  /** Enters a change as under way, or says again that it is. */
  beginChange(seen: Seen, ownerId: string): Promise<Seen> {
    return this.move(seen, CHANGE_MS, (current, isBlind) => {
      const now = this.clock.now();
      const next = withOwner(current, { id: ownerId, deadlineMs: now + CHANGE_MS }, now);
      return isBlind ? { ...next, previous: newToken() } : next;
    });
  }

  /** Ends changes (none: an invalidation that belongs to none). */
  endChanges(seen: Seen, ownerIds: readonly string[], hasChanged: boolean): Promise<Seen> {
    // Without a comparison in one step, going back to a token could undo an invalidation made in between.
    const changed = hasChanged || !this.driver.exchangesAtomically;
    return this.move(seen, this.lifetimeMs, (current, isBlind) =>
      afterChange(current, ownerIds, changed || isBlind, this.clock.now()),
    );
  }

  private async move(seen: Seen, lifetimeMs: number, step: Step): Promise<Seen> {
    const moves = Array.from(seen, async ([key, value]) => [key, await this.moveOne(key, value, lifetimeMs, step)] as const);
    return new Map(await Promise.all(moves));
  }

  /** @param seen what the key is thought to hold. @returns what it holds then */
  private async moveOne(key: string, seen: Buffer | undefined, lifetimeMs: number, step: Step): Promise<Buffer | undefined> {
    let current = seen;
    for (let attempt = 1; ; attempt++) {
      const isBlind = attempt > ATTEMPTS;
      const next = step(current && parseGeneration(current), isBlind);
      if (next === undefined) return current;
      const value = generationValue(next);
      // Every value written is new, so that one that wins without comparison still invalidates all before it.
      if (isBlind) await this.driver.set(key, value, lifetimeMs);
      else if (!(await this.driver.exchange(key, current, value, lifetimeMs))) {
        current = (await this.driver.getMany([key]))[0]?.value;
        continue;
      }
      return value;
    }
  }
}
