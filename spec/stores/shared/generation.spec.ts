import fc from 'fast-check';
import {
  withoutWriters,
  generationValue,
  isAbandoned,
  newToken,
  parseGeneration,
  withWriter,
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
  readonly deadTokens = new Set<string>();
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
        this.deadlines.set(taken.owner, this.now + LIFE_MS);
        this.write(withWriter(this.generation, taken.owner));
        return;
      case 'abandon':
        this.deadlines.delete(taken.owner);
        this.write(withoutWriters(this.generation, [taken.owner], false));
        return;
      case 'end':
        this.deadlines.delete(taken.owner);
        this.isDirty = true;
        this.write(withoutWriters(this.generation, [taken.owner], true));
        return;
      case 'invalidate':
        this.isDirty = true;
        this.write(withoutWriters(this.generation, [], true));
        return;
      case 'renew':
        // As a look-up does it: where nothing stands, or only changes that have all died.
        if (this.generation === undefined || isAbandoned(this.generation, this.dead())) {
          // What the dead have changed, nobody knows.
          if (this.deadlines.size > 0) this.isDirty = true;
          this.deadlines.clear();
          this.write({ kind: 'clean', token: newToken() });
        }
        return;
    }
  }

  check(): void {
    const { generation } = this;
    if (generation === undefined) return;
    const living = [...this.deadlines.values()].filter(deadline => deadline > this.now);
    if (living.length > 0) expect(generation.kind).toBe('dirty');
    if (generation.kind === 'dirty') return;
    expect(this.deadTokens.has(generation.token)).toBe(false);
    if (this.isDirty) {
      expect(generation.token).not.toBe(this.lastClean);
      if (this.lastClean !== undefined) this.deadTokens.add(this.lastClean);
    } else if (this.lastClean !== undefined) {
      // Nothing has changed: what was computed before is as good as ever.
      expect(generation.token).toBe(this.lastClean);
    }
    this.lastClean = generation.token;
    this.isDirty = false;
  }

  /** Of whom nothing has been heard for too long, or who has ended. */
  private dead(): ReadonlySet<string> {
    const owners = this.generation?.kind === 'dirty' ? this.generation.writers : [];
    return new Set(owners.filter(id => (this.deadlines.get(id) ?? 0) <= this.now));
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

  it('returns to its token when every change was abandoned, in any order', () => {
    fc.assert(
      fc.property(fc.uniqueArray(owner, { minLength: 1 }), fc.uniqueArray(owner), (began, ended) => {
        const before: Generation = { kind: 'clean', token: newToken() };
        let generation: Generation = before;
        for (const id of began) generation = withWriter(generation, id);
        for (const id of [...ended, ...began]) generation = withoutWriters(generation, [id], false) ?? generation;
        expect(generation).toEqual(before);
      }),
    );
  });

  it('is new whenever a change begins or is announced again', () => {
    const seen = new Set<string>();
    let generation: Generation = { kind: 'clean', token: newToken() };
    for (let time = 0; time < 50; time++) {
      generation = withWriter(generation, 'ada');
      seen.add(generationValue(generation).toString());
    }
    expect(seen.size).toBe(50);
    expect(generation).toMatchObject({ kind: 'dirty', writers: ['ada'] });
  });

  it('names who still lives when one of several ends, and is new', () => {
    const writers = ['ada', 'bob', 'eve'];
    const changing: Generation = { kind: 'dirty', revision: 'revision', previous: 'previous', writers };
    const after = withoutWriters(changing, ['eve'], false);
    expect(after).toMatchObject({ kind: 'dirty', previous: 'previous', writers: ['ada', 'bob'] });
    expect(after).not.toMatchObject({ nonce: 'revision' });
  });

  it('that is lost has a token of its own when it begins again', () => {
    expect(withoutWriters(undefined, ['ada'], false)).toBeUndefined();
    expect(withoutWriters(undefined, ['ada'], true)).toMatchObject({ kind: 'clean' });
  });

  it('that a change has begun is not needed when the change was abandoned, and is needed when something has changed', () => {
    const begun = withWriter(undefined, 'ada');
    expect(withoutWriters(begun, ['ada'], false)).toMatchObject({ kind: 'clean', isUnused: true });
    expect(withoutWriters(begun, ['ada'], true)).toEqual({ kind: 'clean', token: expect.any(String) });
    const invalidated = withoutWriters(begun, [], true);
    expect(withoutWriters(invalidated, ['ada'], false)).toEqual({ kind: 'clean', token: expect.any(String) });
  });

  it('takes the end of a change that was taken for dead for an invalidation, and its abandonment for nothing', () => {
    const after = withWriter({ kind: 'clean', token: 'token' }, 'bob');
    expect(withoutWriters(after, ['ada'], false)).toBeUndefined();
    expect(withoutWriters(after, ['ada'], true)).not.toMatchObject({ previous: 'token' });
  });

  it('is abandoned when all of its writers are dead, and never when it is clean', () => {
    const two = withWriter(withWriter({ kind: 'clean', token: 'token' }, 'ada'), 'bob');
    expect([[], ['ada'], ['ada', 'bob']].map(dead => isAbandoned(two, new Set(dead)))).toEqual([false, false, true]);
    expect(isAbandoned({ kind: 'clean', token: 'ada' }, new Set(['ada']))).toBe(false);
  });

  it('comes back from the store as it was', () => {
    const token = fc.constant(undefined).map(newToken);
    const writers = fc.array(token, { minLength: 1 });
    const generation = fc.oneof<fc.Arbitrary<Generation>[]>(
      fc.record({ kind: fc.constant('clean' as const), token }),
      fc.record({ kind: fc.constant('dirty' as const), revision: token, previous: token, writers }),
    );
    fc.assert(
      fc.property(generation, value => {
        expect(parseGeneration(generationValue(value))).toEqual(value);
      }),
    );
  });

  it('reads any other bytes as a token, byte for byte', () => {
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
