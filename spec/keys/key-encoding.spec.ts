import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { encodeValue } from '../../lib/keys/key-encoding.js';

const encode = (value: unknown) => encodeValue(value, 'literals-only');

const scalar = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    '\u0000',
    '\n',
    '","',
    ':',
    '{}',
    '__proto__',
    '\ud800',
    '\udc00\ud800',
    'null',
    '1',
    'true',
    'Date(0)',
    '1n',
  ),
  fc.double(),
  fc.integer(),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom(null, undefined, NaN, 0, -0, Infinity),
  fc.date(),
);
const { value: anyPlain } = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('__proto__', 'a', 'b', '')), tie('value'), {
      maxKeys: 4,
    }),
  ),
}));

describe('an encoded value', () => {
  it('is equal for two values only when they are', () => {
    fc.assert(
      fc.property(anyPlain, anyPlain, (one, other) => {
        expect(encode(one) === encode(other)).toBe(isDeepStrictEqual(reversed(one), reversed(other)));
      }),
      { numRuns: 2000 },
    );
  });

  it('is equal for equal values, in any order of their properties', () => {
    fc.assert(
      fc.property(anyPlain, value => {
        expect(encode(reversed(value))).toBe(encode(value));
      }),
    );
  });

  it('has no line feed, which parts keys', () => {
    fc.assert(
      fc.property(anyPlain, value => {
        expect(encode(value)).not.toContain('\n');
      }),
    );
  });

  it.each([
    ['a function', () => 1],
    ['a symbol', Symbol('s')],
    ['a map', new Map()],
    ['a buffer', Buffer.from('a')],
    ['an error', new Error('a')],
    ['a promise', Promise.resolve()],
    ['an instance', new (class Plain {})()],
    ['what is too deep', cycle()],
  ])('does not exist for %s, nor for a value that contains it', (_name, value) => {
    expect(encode(value)).toBeUndefined();
    expect(encode([1, value])).toBeUndefined();
    expect(encode({ a: { b: value } })).toBeUndefined();
  });

  it('exists for an instance of a class made from the request, unless a setter could hide something', () => {
    class Page {
      limit = 1;
      get double() {
        return this.limit * 2;
      }
    }
    class Hiding extends Page {
      #hidden = 0;
      set hidden(value: number) {
        this.#hidden = value;
      }
      get hidden() {
        return this.#hidden;
      }
    }
    class Deeper extends Hiding {}
    expect(encodeValue(new Page(), 'instances')).toMatch(/^Page\.[\w-]{22}\{"limit":1\}$/);
    expect(encodeValue(new Hiding(), 'instances')).toBeUndefined();
    expect(encodeValue(new Deeper(), 'instances')).toBeUndefined();
    expect(encodeValue(new Map(), 'instances')).toBeUndefined();
    expect(encodeValue(new (class Sub extends Map {})(), 'instances')).toBeUndefined();
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  const copy = Object.create(null) as Record<string, unknown>;
  for (const [name, item] of Object.entries(value).reverse()) copy[name] = reversed(item);
  return copy;
}

function cycle(): object {
  const value: { self?: object } = {};
  value.self = value;
  return value;
}

describe('classes of one name', () => {
  const [one, other] = [
    new (class Query {
      first() {
        return 1;
      }
    })(),
    new (class Query {
      second() {
        return 2;
      }
    })(),
  ];

  /** As a process encodes them that has met none before. */
  function textsInOrder(...values: readonly object[]): Map<object, string | undefined> {
    let texts = new Map<object, string | undefined>();
    jest.isolateModules(() => {
      const { encodeValue: encode } = jest.requireActual<{ encodeValue: typeof encodeValue }>('../../lib/keys/key-encoding.js');
      texts = new Map(values.map(value => [value, encode(value, 'instances')]));
    });
    return texts;
  }

  it('have different texts because of their source, in any order of first use', () => {
    const [first, second] = [textsInOrder(one, other), textsInOrder(other, one)];
    expect(first.get(one)).toEqual(expect.stringMatching(/^Query\./));
    expect(first.get(one)).not.toBe(first.get(other));
    expect([second.get(one), second.get(other)]).toEqual([first.get(one), first.get(other)]);
  });
});
