import fc from 'fast-check';
import { canonicalise, type CanonicalPath } from '../../../lib/keys/canonical-path.js';
import { KeySpace } from '../../../lib/stores/shared/key-space.js';

const keys = new KeySpace('rcc');
const LONGEST_PREFIX = 'p'.repeat(64);

const segment = fc.oneof(
  fc.constantFrom('a', 'A', 'b', 'ab', '%62', 'a%2Fb', 'ä', '#', 'g', 'f', ':', '*', '\n', '\ud800', 'Straße'),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }),
  fc.integer({ min: 100, max: 200 }).map(length => 's'.repeat(length)),
);
const segments = fc.array(segment, { maxLength: 24, size: 'max' });
const pathOf = (parts: readonly string[], ignoresCase: boolean): CanonicalPath => ({
  path: canonicalise(parts.map(part => `/${encodeURIComponent(part.toWellFormed())}`).join('')),
  ignoresCase,
});

describe('the keys of a shared store', () => {
  it('name a generation for each prefix of a path, the root first', () => {
    expect(keys.generationsOver({ path: '/users/bob', ignoresCase: false })).toEqual([
      'rcc:g:/',
      'rcc:g:/users',
      'rcc:g:/users/bob',
    ]);
    expect(keys.generationsOver({ path: '/Users/Bob', ignoresCase: true })).toEqual([
      'rcc:f:/',
      'rcc:f:/users',
      'rcc:f:/users/bob',
    ]);
    expect(keys.generationsOver({ path: '', ignoresCase: false })).toEqual(['rcc:g:/']);
  });

  it('change both generations of a prefix, and each once', () => {
    expect(keys.generationsOf({ prefixes: ['/Users', '/Users', '/'] })).toEqual([
      'rcc:g:/Users',
      'rcc:f:/users',
      'rcc:g:/',
      'rcc:f:/',
    ]);
  });

  it('spread the root and its segments over several, of which a path asks one and an invalidation changes all', () => {
    const spread = new KeySpace('rcc', 4);
    const [root, first, second] = spread.generationsOver({ path: '/users/bob', ignoresCase: false });
    expect(spread.generationsOf({ prefixes: ['/'] })).toHaveLength(8);
    expect(spread.generationsOf({ prefixes: ['/'] })).toContain(root);
    expect(spread.generationsOf({ prefixes: ['/users'] })).toContain(first);
    expect(second).toBe('rcc:g:/users/bob');
    const roots = Array.from({ length: 100 }, (_, index) => spread.generationsOver({ path: `/${index}`, ignoresCase: false })[0]);
    expect(new Set(roots).size).toBe(4);
  });

  it.each([1, 16])('let an invalidation reach a path by each of its prefixes, however deep and long, spread over %i', spread => {
    const keys = new KeySpace('rcc', spread);
    fc.assert(
      fc.property(fc.array(fc.oneof(segment, fc.constant('')), { maxLength: 24, size: 'max' }), fc.boolean(), (parts, folded) => {
        const over = keys.generationsOver(pathOf(parts, folded));
        for (let depth = 0; depth <= parts.length; depth++) {
          const { path } = pathOf(parts.slice(0, depth), false);
          const spellings = folded ? [path, `${path}/`, path.toUpperCase(), path.toLowerCase()] : [path, `${path}/`];
          for (const spelling of spellings) {
            expect(keys.generationsOf({ prefixes: [spelling] }).some(key => over.includes(key))).toBe(true);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each([1, 16])('let an invalidation reach nothing else, to the depth of sixteen segments, spread over %i', spread => {
    const keys = new KeySpace('rcc', spread);
    const few = fc.array(fc.constantFrom('a', 'A', 'b', 'ab', 'a/b', 's'.repeat(160)), { maxLength: 6 });
    fc.assert(
      fc.property(few, few, fc.boolean(), (parts, prefixParts, folded) => {
        const spelt = (part: string | undefined) => (folded ? part?.toLowerCase() : part);
        const expected = prefixParts.every((part, index) => spelt(part) === spelt(parts[index]));
        const over = keys.generationsOver(pathOf(parts, folded));
        const changed = keys.generationsOf({ prefixes: [pathOf(prefixParts, false).path] });
        expect(changed.some(key => over.includes(key))).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('are at most seventeen for a path, each a prefix of its own', () => {
    fc.assert(
      fc.property(segments, fc.boolean(), (parts, folded) => {
        const over = keys.generationsOver(pathOf(parts, folded));
        expect(over).toHaveLength(Math.min(parts.length, 16) + 1);
        expect(new Set(over).size).toBe(over.length);
      }),
    );
  });

  it('are printable ASCII of at most 250 characters without spaces', () => {
    const long = new KeySpace(LONGEST_PREFIX);
    const text = fc.string({ unit: 'binary', maxLength: 600 });
    fc.assert(
      fc.property(segments, fc.boolean(), text, fc.array(text), (parts, folded, key, stamps) => {
        const path = pathOf(parts, folded);
        const entry = long.entry({ key, path });
        const all = [
          ...long.generationsOver(path),
          ...long.generationsOf({ prefixes: [path.path] }),
          entry,
          long.fillLock(entry, stamps),
        ];
        for (const name of [...all, long.health]) {
          expect(name).toMatch(/^[!-~]{1,250}$/);
          expect(name.startsWith(`${LONGEST_PREFIX}:`)).toBe(true);
        }
      }),
    );
  });

  it('are different for different inputs', () => {
    const path = fc.record({ parts: fc.array(segment, { maxLength: 3 }), ignoresCase: fc.boolean() });
    const key = fc.constantFrom('', 'a', '\n', '/a', 'a\n/a', '/');
    fc.assert(
      fc.property(path, key, path, key, (onePath, oneKey, otherPath, otherKey) => {
        const [one, other] = [pathOf(onePath.parts, false), pathOf(otherPath.parts, false)];
        const isSame = one.path === other.path && oneKey === otherKey;
        expect(keys.entry({ key: oneKey, path: one }) === keys.entry({ key: otherKey, path: other })).toBe(isSame);
        const last = (of: typeof onePath) => keys.generationsOver(pathOf(of.parts, of.ignoresCase)).at(-1);
        const name = (of: typeof onePath) => {
          const { path: text } = pathOf(of.parts, of.ignoresCase);
          return `${String(of.ignoresCase)} ${of.ignoresCase ? text.toLowerCase() : text}`;
        };
        expect(last(onePath) === last(otherPath)).toBe(name(onePath) === name(otherPath));
      }),
      { numRuns: 1000 },
    );
  });

  it('distinguish paths to the depth of sixteen segments, and share one generation below that', () => {
    const deep = (depth: number, last: string) => `${'/s'.repeat(depth - 1)}/${last}`;
    for (const [depth, isReached] of [
      [16, false],
      [17, true],
    ] as const) {
      const over = keys.generationsOver({ path: `${deep(depth, 'one')}/more`, ignoresCase: false });
      expect(keys.generationsOf({ prefixes: [deep(depth, 'one')] }).some(key => over.includes(key))).toBe(true);
      expect(keys.generationsOf({ prefixes: [deep(depth, 'two')] }).some(key => over.includes(key))).toBe(isReached);
    }
  });

  it('separate the path of an entry from its key', () => {
    const names = [
      ['/a', '/b'],
      ['/a/b', ''],
      ['', '/a/b'],
      ['/a', '\n/b'],
    ] as const;
    const entries = names.map(([path, key]) => keys.entry({ key, path: { path, ignoresCase: false } }));
    expect(new Set(entries).size).toBe(names.length);
  });

  it('take no hashed name for one that is written out', () => {
    const long = `/${'s'.repeat(200)}`;
    const hashed = keys.generationsOver({ path: long, ignoresCase: false }).at(-1)!;
    const { path } = pathOf([hashed.slice('rcc:g:'.length)], false);
    expect(hashed).toMatch(/^rcc:g:#/);
    expect(keys.generationsOver({ path, ignoresCase: false })).not.toContain(hashed);
  });

  it('give the right to compute by entry and generations', () => {
    const claims = [
      ['a', ['1', '2']],
      ['a', ['12']],
      ['a', ['1']],
      ['b', ['1', '2']],
      ['a', ['2', '1']],
    ] as const;
    expect(new Set(claims.map(([entry, stamps]) => keys.fillLock(entry, stamps))).size).toBe(claims.length);
    expect(keys.fillLock('a', ['1', '2'])).toBe(keys.fillLock('a', ['1', '2']));
  });
});
