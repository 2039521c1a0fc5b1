import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { losslessJson } from '../../lib/values/lossless-json.js';

class Point {
  constructor(readonly x = 1) {}
}

class List extends Array<number> {}

const cycle: Record<string, unknown> = {};
cycle.friends = [{ of: cycle }];

function nested(depth: number): unknown {
  let value: unknown = 0;
  for (let level = 0; level < depth; level++) value = level % 2 === 0 ? [value] : { value };
  return value;
}

const withHole = [1, 2, 3];
Reflect.deleteProperty(withHole, 1);

describe('a value in JSON', () => {
  it('equals the parsed JSON, or is refused', () => {
    let roundTrips = 0;
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withSet: true,
          withSparseArray: true,
          withTypedArray: true,
          withBoxedValues: true,
          withObjectString: true,
          withNullPrototype: false,
        }),
        value => {
          const json = losslessJson(value);
          if (json.kind === 'lossy') return;
          roundTrips++;
          expect(isDeepStrictEqual(JSON.parse(json.text), value)).toBe(true);
        },
      ),
      { numRuns: 2000 },
    );
    expect(roundTrips).toBeGreaterThan(100);
  });

  it('accepts every JSON value', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ stringUnit: 'binary' }).filter(value => !JSON.stringify(value).includes('-0') && !hasNegativeZero(value)),
        value => {
          const json = losslessJson(value);
          expect(json).toEqual({ kind: 'json', text: JSON.stringify(value) });
        },
      ),
    );
  });

  it('accepts objects without a prototype, such as rows of a database driver', () => {
    const row = Object.assign(Object.create(null) as object, { id: 1 });
    expect(losslessJson([row, row])).toEqual({ kind: 'json', text: '[{"id":1},{"id":1}]' });
  });

  it('preserves property names such as __proto__', () => {
    const value: unknown = JSON.parse('{"__proto__":{"admin":true},"constructor":1}');
    const json = losslessJson(value);
    expect(json.kind === 'json' && isDeepStrictEqual(JSON.parse(json.text), value)).toBe(true);
  });

  it.each<[unknown, string]>([
    [undefined, 'it is undefined, which JSON does not carry. Leave it out, or write null.'],
    [{ a: undefined }, 'a is undefined, which JSON does not carry. Leave it out, or write null.'],
    [[1, [2, NaN]], '[1][1] is NaN, which JSON does not carry. Write another number, null or a string.'],
    [{ a: { b: Infinity } }, 'a.b is Infinity, which JSON does not carry. Write another number, null or a string.'],
    [-0, 'it is -0, which JSON does not carry. Write another number, null or a string.'],
    [{ n: 1n }, 'n is a bigint, which JSON does not carry. Write it as a string.'],
    [{ run: () => 1 }, 'run is a function, which JSON does not carry. Leave it out.'],
    [[Symbol('x')], '[0] is a symbol, which JSON does not carry. Leave it out.'],
    [{ friends: [{ since: new Date(0) }] }, 'friends[0].since is a Date, which JSON does not carry. Write its toISOString().'],
    [new Map(), 'it is a Map, which JSON does not carry. Write its entries as an array.'],
    [new Set([1]), 'it is a Set, which JSON does not carry. Write its items as an array.'],
    [Buffer.from('x'), 'it is binary data, which JSON does not carry. Write it as a string, for example in base64.'],
    [new Float64Array(1), 'it is binary data, which JSON does not carry. Write it as a string, for example in base64.'],
    [new ArrayBuffer(1), 'it is binary data, which JSON does not carry. Write it as a string, for example in base64.'],
    [Promise.resolve(1), 'it is a Promise, which JSON does not carry. Await it first.'],
    [{ at: new Point() }, 'at is an instance of Point, which JSON does not carry. Write an object literal with its content.'],
    [new List(), 'it is an instance of List, which JSON does not carry. Write an object literal with its content.'],
    [new Error('x'), 'it is an instance of Error, which JSON does not carry. Write an object literal with its content.'],
    [new (class {})(), 'it is an instance of a class, which JSON does not carry. Write an object literal with its content.'],
    [Object(1), 'it is an instance of Number, which JSON does not carry. Write an object literal with its content.'],
    [
      cycle,
      'friends[0].of is an object that contains itself, which JSON does not carry. Write a name of the object, such as an id.',
    ],
    [withHole, '[1] is a hole in an array, which JSON does not carry. Write null.'],
    [
      Object.assign([1], { more: 2 }),
      'it is an array with properties, which JSON does not carry. Write an object that holds the array.',
    ],
    [{ [Symbol('x')]: 1 }, 'it is an object with a symbol as a name, which JSON does not carry. Write a string as the name.'],
    [
      Object.defineProperty({ a: 1 }, 'toJSON', { value: () => 2 }),
      'it is an object with toJSON, which JSON does not carry. Write the result of its toJSON().',
    ],
    [{ 'a b': [undefined] }, '["a b"][0] is undefined, which JSON does not carry. Leave it out, or write null.'],
  ])('refuses %p by name', (value, loss) => {
    expect(losslessJson(value)).toEqual({ kind: 'lossy', loss });
  });

  it('refuses a nesting that is too deep for the stack', () => {
    expect(losslessJson(nested(500)).kind).toBe('json');
    const refused = losslessJson(nested(501));
    expect(refused).toMatchObject({ loss: expect.stringContaining('is nested more than 500 deep, which JSON does not carry.') });
    expect(losslessJson(nested(100_000)).kind).toBe('lossy');
  });

  it('accepts an object that occurs twice, but not in itself', () => {
    const shared = { a: 1 };
    expect(losslessJson({ x: shared, y: [shared] })).toEqual({ kind: 'json', text: '{"x":{"a":1},"y":[{"a":1}]}' });
  });
});

function hasNegativeZero(value: unknown): boolean {
  if (typeof value === 'number') return Object.is(value, -0);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasNegativeZero);
}
