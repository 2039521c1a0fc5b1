import fc from 'fast-check';
import {
  afterChange,
  generationValue,
  hasLapsed,
  newToken,
  parseGeneration,
  withOwner,
  type Generation,
} from '../../../lib/stores/shared/generation.js';

const LIFE_MS = 100;

type Step =
  | { readonly do: 'begin' | 'abandon' | 'end'; readonly owner: string }
  | { readonly do: 'invalidate' | 'renew' }
  | { readonly do: 'wait'; readonly ms: number };

const owner = fc.constantFrom('ada', 'bob', 'eve');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('begin' as const, 'abandon' as const, 'end' as const), owner }),
  fc.record({ do: fc.constantFrom('begin' as const, 'abandon' as const, 'end' as const), owner }),
  fc.record({ do: fc.constantFrom('invalidate' as const, 'renew' as const) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 40, LIFE_MS) }),
);

/**
 * A key of the store and what has really happened to it. Every step goes through the bytes, as in a store. What is right is told in the
 * simplest words: may what was computed under the token of a clean generation still be served?
 */
class World {
  now = 1000;
  value: Buffer | undefined;
  /** Of each change under way: when it is taken to have died. */
  readonly deadlines = new Map<string, number>();
  /** Something has changed since the generation was last clean, or nobody knows. */
  isDirty = false;
  /** Tokens under which nothing may be served any more. */
  readonly dead = new Set<string>();
  lastClean: string | undefined;

  get generation(): Generation | undefined {
    return this.value && parseGeneration(this.value);
  }

  take(taken: Step): void {
    switch (taken.do) {
      case 'wait':
        this.now += taken.ms;
        return;
      case 'begin':
        // One that is heard of again has not died.
        this.deadlines.delete(taken.owner);
        this.forgetTheDead();
        this.deadlines.set(taken.owner, this.now + LIFE_MS);
        this.write(withOwner(this.generation, { id: taken.owner, deadlineMs: this.now + LIFE_MS }, this.now));
        return;
      case 'abandon':
        if (this.deadlines.delete(taken.owner)) this.forgetTheDead();
        this.write(afterChange(this.generation, [taken.owner], false, this.now));
        return;
      case 'end':
        this.deadlines.delete(taken.owner);
        this.forgetTheDead();
        this.isDirty = true;
        this.write(afterChange(this.generation, [taken.owner], true, this.now));
        return;
      case 'invalidate':
        this.forgetTheDead();
        this.isDirty = true;
        this.write(afterChange(this.generation, [], true, this.now));
        return;
      case 'renew':
        // As a look-up does it: where nothing stands, or only changes that have all died.
        if (this.generation === undefined || hasLapsed(this.generation, this.now)) {
          this.forgetTheDead();
          this.write({ kind: 'clean', token: newToken() });
        }
        return;
    }
  }

  check(): void {
    const { generation } = this;
    if (generation === undefined) return;
    const living = [...this.deadlines.values()].filter(deadline => deadline > this.now);
    if (living.length > 0) expect(generation.kind).toBe('changing');
    if (generation.kind === 'changing') return;
    expect(this.dead.has(generation.token)).toBe(false);
    if (this.isDirty) {
      expect(generation.token).not.toBe(this.lastClean);
      if (this.lastClean !== undefined) this.dead.add(this.lastClean);
    } else if (this.lastClean !== undefined) {
      // Nothing has changed: what was computed before is as good as ever.
      expect(generation.token).toBe(this.lastClean);
    }
    this.lastClean = generation.token;
    this.isDirty = false;
  }

  /** What a dead one has changed, nobody knows. */
  private forgetTheDead(): void {
    for (const [id, deadline] of this.deadlines) {
      if (deadline > this.now) continue;
      this.deadlines.delete(id);
      this.isDirty = true;
    }
  }

  private write(next: Generation | undefined): void {
    if (next === undefined) return;
    const value = generationValue(next);
    expect(value.equals(this.value ?? Buffer.alloc(0))).toBe(false);
    this.value = value;
  }
}

describe('a generation', () => {
  it('is right through any changes of several owners that end, fail, die and overlap', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), steps => {
        const world = new World();
        world.take({ do: 'renew' });
        world.check();
        for (const taken of steps) {
          world.take(taken);
          world.check();
        }
        // In the end all have ended or died.
        world.now += 10 * LIFE_MS;
        world.take({ do: 'renew' });
        world.check();
        expect(world.generation?.kind).toBe('clean');
      }),
      { numRuns: 3000 },
    );
  });

  it('goes back to its token when every change was abandoned, in whatever order they began and ended', () => {
    fc.assert(
      fc.property(fc.uniqueArray(owner, { minLength: 1 }), fc.uniqueArray(owner), (began, ended) => {
        const before: Generation = { kind: 'clean', token: newToken() };
        let generation: Generation = before;
        for (const id of began) generation = withOwner(generation, { id, deadlineMs: LIFE_MS }, 0);
        for (const id of [...ended, ...began]) generation = afterChange(generation, [id], false, 0) ?? generation;
        expect(generation).toEqual(before);
      }),
    );
  });

  it('is new whenever a change begins or is announced again, so that nothing computed meanwhile is like what comes later', () => {
    const seen = new Set<string>();
    let generation: Generation = { kind: 'clean', token: newToken() };
    for (let time = 0; time < 50; time++) {
      generation = withOwner(generation, { id: 'ada', deadlineMs: LIFE_MS }, 0);
      seen.add(generationValue(generation).toString());
    }
    expect(seen.size).toBe(50);
    expect(generation).toMatchObject({ kind: 'changing', owners: [{ id: 'ada', deadlineMs: LIFE_MS }] });
  });

  it('names who still lives when one of several ends, and is new', () => {
    const owners = ['ada', 'bob', 'eve'].map((id, index) => ({ id, deadlineMs: index * LIFE_MS }));
    const changing: Generation = { kind: 'changing', nonce: 'nonce', previous: 'previous', owners };
    const after = afterChange(changing, ['eve'], false, 0);
    expect(after).toMatchObject({ kind: 'changing', owners: [{ id: 'bob' }] });
    expect(after).not.toMatchObject({ nonce: 'nonce' });
    expect(after).not.toMatchObject({ previous: 'previous' });
  });

  it('that is lost has a token of its own when it begins again', () => {
    expect(afterChange(undefined, ['ada'], false, 0)).toBeUndefined();
    expect(afterChange(undefined, ['ada'], true, 0)).toMatchObject({ kind: 'clean' });
    const begun = withOwner(undefined, { id: 'ada', deadlineMs: LIFE_MS }, 0);
    const [one, other] = [afterChange(begun, ['ada'], false, 0), afterChange(begun, ['ada'], true, 0)];
    expect(one).toMatchObject({ kind: 'clean' });
    expect(one).not.toEqual(other);
  });

  it('takes the end of a change that was taken for dead for an invalidation, and its abandonment for nothing', () => {
    const changing = withOwner({ kind: 'clean', token: 'token' }, { id: 'ada', deadlineMs: LIFE_MS }, 0);
    const after = withOwner(changing, { id: 'bob', deadlineMs: 3 * LIFE_MS }, 2 * LIFE_MS);
    expect(after).toMatchObject({ owners: [{ id: 'bob' }] });
    expect(afterChange(after, ['ada'], false, 2 * LIFE_MS)).toBeUndefined();
    expect(afterChange(after, ['bob'], false, 2 * LIFE_MS)).not.toEqual({ kind: 'clean', token: 'token' });
  });

  it('has lapsed at the deadline of the last change, and never when it is clean', () => {
    const one = withOwner({ kind: 'clean', token: 'token' }, { id: 'ada', deadlineMs: 10 }, 0);
    const two = withOwner(one, { id: 'bob', deadlineMs: 20 }, 0);
    expect([hasLapsed(one, 9), hasLapsed(one, 10), hasLapsed(two, 19), hasLapsed(two, 20)]).toEqual([false, true, false, true]);
    expect(hasLapsed({ kind: 'clean', token: 'token' }, Infinity)).toBe(false);
  });

  it('comes back from the store as it was', () => {
    const token = fc.constant(undefined).map(newToken);
    const owners = fc.array(fc.record({ id: token, deadlineMs: fc.nat() }), { minLength: 1 });
    const generation = fc.oneof<fc.Arbitrary<Generation>[]>(
      fc.record({ kind: fc.constant('clean' as const), token }),
      fc.record({ kind: fc.constant('changing' as const), nonce: token, previous: token, owners }),
    );
    fc.assert(
      fc.property(generation, value => {
        expect(parseGeneration(generationValue(value))).toEqual(value);
      }),
    );
  });

  it('takes whatever else stands there for a token, byte for byte', () => {
    fc.assert(
      fc.property(fc.uint8Array(), bytes => {
        const value = Buffer.from(bytes);
        expect(generationValue(parseGeneration(value)).equals(value)).toBe(true);
      }),
    );
  });

  it('has tokens that are all different, and none that reads as a change', () => {
    const tokens = Array.from({ length: 1000 }, newToken);
    expect(new Set(tokens).size).toBe(1000);
    for (const token of tokens) expect(parseGeneration(Buffer.from(token))).toEqual({ kind: 'clean', token });
  });
});
