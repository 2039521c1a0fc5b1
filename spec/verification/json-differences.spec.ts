import fc from 'fast-check';
import { jsonDifferences } from '../../lib/verification/json-differences.js';

describe('the differences of two JSON values', () => {
  it.each([
    ['the same value', { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
    ['members in another order', { a: 1, b: 2 }, { b: 2, a: 1 }, []],
    ['another value', { a: { b: [1, 2] } }, { a: { b: [1, 3] } }, ['/a/b/1']],
    ['a new member', { a: 1 }, { a: 1, b: 2 }, ['/b']],
    ['a missing member', { a: 1, b: null }, { a: 1 }, ['/b']],
    ['a longer array', [1], [1, 2], ['/1']],
    ['an array in another order', ['a', 'b'], ['b', 'a'], ['/0', '/1']],
    ['another type', { a: [] }, { a: {} }, ['/a']],
    ['null for an object', { a: {} }, { a: null }, ['/a']],
    ['another whole value', 1, 2, ['']],
    ['names with the characters of the syntax', { 'a/b': { '~1': 1 } }, { 'a/b': { '~1': 2 } }, ['/a~1b/~01']],
    ['the member __proto__', JSON.parse('{"__proto__":1}'), {}, ['/__proto__']],
  ])('are at their places: %s', (_what, some: unknown, other: unknown, expected: string[]) => {
    expect(jsonDifferences(some, other, 20)).toEqual(expected);
    expect(jsonDifferences(other, some, 20).sort()).toEqual([...expected].sort());
  });

  it('are at most as many as asked for', () => {
    const numbers = Array.from({ length: 1000 }, (_, index) => index);
    expect(jsonDifferences(numbers, [], 20)).toEqual(Array.from({ length: 20 }, (_, index) => `/${index}`));
  });

  it('are at the parent if a pointer is long', () => {
    const name = 'x'.repeat(301);
    expect(jsonDifferences({ a: { [name]: 1, [`${name}y`]: 1 } }, { a: { [name]: 2 } }, 20)).toEqual(['/a']);
  });

  it('are none exactly for equal values', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (some, other) => {
        const [one, another] = [some, other].map(value => JSON.parse(JSON.stringify(value)) as unknown);
        expect(jsonDifferences(one, one, 20)).toEqual([]);
        expect(jsonDifferences(one, another, 20).length === 0).toBe(canonical(one) === canonical(another));
      }),
    );
  });
});

/** JSON with the members of each object in the same order. */
function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  return `{${Object.entries(value)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
    .join()}}`;
}
