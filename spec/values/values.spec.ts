import { cache, CacheUsageError, SimpleStore } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { describeEveryStore } from '../support/every-store.js';
import { holdTime } from '../support/time.js';

startAfresh();

describeEveryStore('values', store => {
  it('are equal to the set values, until their deletion', async () => {
    store().configure();
    expect(await cache.get('greeting')).toBeUndefined();
    expect(await cache.has('greeting')).toBe(false);
    expect(await cache.set('greeting', { text: 'hello', to: ['bob', null] })).toBe(true);
    expect(await cache.get('greeting')).toEqual({ text: 'hello', to: ['bob', null] });
    expect(await cache.has('greeting')).toBe(true);
    expect(await cache.set('greeting', 'good night')).toBe(true);
    expect(await cache.get('greeting')).toBe('good night');
    expect(await cache.delete('greeting')).toBe(true);
    expect(await cache.get('greeting')).toBeUndefined();
    expect(await cache.delete('greeting')).toBe(false);
    expect(await cache.set('greeting', 'hello again')).toBe(true);
    expect(await cache.get('greeting')).toBe('hello again');
  });

  it.each([null, false, 0, '', [], {}])('may be %p, which is not absence', async value => {
    store().configure();
    await cache.set('key', value);
    expect(await cache.get('key')).toEqual(value);
    expect(await cache.has('key')).toBe(true);
    expect(await cache.add('key', 1)).toBe(false);
  });

  it('are added only where there is none', async () => {
    store().configure();
    expect(await cache.add('turn', 1)).toBe(true);
    expect(await cache.add('turn', 2)).toBe(false);
    expect(await cache.get('turn')).toBe(1);
    await cache.delete('turn');
    expect(await cache.add('turn', 3)).toBe(true);
    expect(await cache.get('turn')).toBe(3);
  });

  it('are added by one of many at once', async () => {
    const faults = store().configure();
    const added = await Promise.all(Array.from({ length: 20 }, (_, index) => cache.add('turn', index)));
    if (store().hasAtomicCas) expect(added.filter(Boolean)).toHaveLength(1);
    else expect(added).toContain(true);
    expect(added[(await cache.get<number>('turn'))!]).toBe(true);
    expect(faults).toEqual([]);
  });

  it('are had, set and deleted many at once, in order', async () => {
    const faults = store().configure();
    const numbers = Array.from({ length: 250 }, (_, index) => [`n${index}`, index] as const);
    expect(await cache.setMany(Object.fromEntries(numbers))).toEqual(numbers.map(([key]) => key));
    expect(await cache.getMany(['n249', 'nothing', 'n0', 'n249'])).toEqual([249, undefined, 0, 249]);
    expect(await cache.getMany(numbers.map(([key]) => key))).toEqual(numbers.map(([, value]) => value));
    expect(await cache.deleteMany(['n1', 'nothing', 'n2'])).toEqual(['n1', 'n2']);
    expect(await cache.getMany(['n0', 'n1', 'n2', 'n3'])).toEqual([0, undefined, undefined, 3]);
    expect(await cache.getMany([])).toEqual([]);
    expect(await cache.setMany({})).toEqual([]);
    expect(await cache.deleteMany([])).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('are copies: a change of one changes no other (R8)', async () => {
    store().configure();
    const mine = { list: [1] };
    await cache.set('value', mine);
    mine.list.push(2);
    const [one, two] = await Promise.all([cache.get<typeof mine>('value'), cache.get<typeof mine>('value')]);
    one!.list.push(3);
    expect(two).toEqual({ list: [1] });
    expect(await cache.get('value')).toEqual({ list: [1] });
  });

  it('of keys that look alike are different ones, and deleting one deletes no other', async () => {
    store().configure();
    const keys = ['a', 'A', 'a/b', 'a//b', '/a', 'a/', 'a%2Fb', 'a b', 'a?b', '*', ':a', '..', 'ä', '__proto__', 'x'.repeat(500)];
    for (const [index, key] of keys.entries()) await cache.set(key, index);
    expect(await cache.getMany(keys)).toEqual(keys.map((_, index) => index));
    await cache.delete('a');
    await cache.delete('a/b');
    expect(await cache.getMany(keys)).toEqual(keys.map((key, index) => (key === 'a' || key === 'a/b' ? undefined : index)));
  });

  it.each<[string, () => Promise<void>]>([
    ['cache.clear()', () => cache.clear()],
    [`cache.invalidate('/')`, () => cache.invalidate('/')],
  ])('are gone after %s, and no other path reaches them', async (_call, invalidate) => {
    store().configure();
    await cache.setMany({ one: 1, 'users/bob': 2, users: 3 });
    await cache.invalidate(['/users', '/values', '/one', '/%2Fvalues', '/values/one']);
    await cache.invalidateTags(['one', 'users', '//values']);
    expect(await cache.getMany(['one', 'users/bob', 'users'])).toEqual([1, 2, 3]);
    await invalidate();
    expect(await cache.getMany(['one', 'users/bob', 'users'])).toEqual([undefined, undefined, undefined]);
    expect(await cache.set('one', 2)).toBe(true);
    expect(await cache.get('one')).toBe(2);
  });

  it('over maxEntryBytes are not stored, with a report, and an earlier value stays', async () => {
    const faults = store().configure({ maxEntryBytes: 100 });
    expect(await cache.set('text', 'x'.repeat(98))).toBe(true);
    expect(await cache.set('text', 'x'.repeat(99))).toBe(false);
    expect(await cache.add('other', 'é'.repeat(50))).toBe(false);
    expect(await cache.setMany({ a: 'x'.repeat(200), b: 'b' })).toEqual(['b']);
    expect(await cache.get('text')).toBe('x'.repeat(98));
    expect(faults.map(({ message }) => message)).toEqual([
      'CACHE_VALUE_TOO_LARGE: the value of "text" is not stored: it has 101 bytes, and maxEntryBytes is 100',
      'CACHE_VALUE_TOO_LARGE: the value of "other" is not stored: it has 102 bytes, and maxEntryBytes is 100',
      'CACHE_VALUE_TOO_LARGE: the value of "a" is not stored: it has 202 bytes, and maxEntryBytes is 100',
    ]);
  });

  it('count as entries and bytes, and not as requests', async () => {
    store().configure();
    await cache.set('key', 'value');
    await cache.get('key');
    await cache.get('nothing');
    const { entries, bytes, ...counts } = cache.stats();
    expect(counts).toEqual({ hits: 0, misses: 0, stale: 0, collapsed: 0, bypasses: 0, stores: 0, invalidations: 0, errors: 0 });
    if (store().isAway) return;
    expect(entries).toBe(1);
    expect(bytes).toBeGreaterThan(0);
  });
});

describe('the lifetime of a value', () => {
  it.each<[string, number | undefined, number]>([
    ['its timeout', 60, 60],
    ['defaultTimeout', undefined, 300],
  ])('is %s', async (_which, timeout, seconds) => {
    const time = holdTime();
    await cache.set('key', 1, timeout);
    await cache.add('added', 1, timeout);
    await cache.setMany({ one: 1 }, timeout);
    time.forwardSeconds(seconds - 0.001);
    expect(await cache.getMany(['key', 'added', 'one'])).toEqual([1, 1, 1]);
    time.forwardSeconds(0.001);
    expect(await cache.getMany(['key', 'added', 'one'])).toEqual([undefined, undefined, undefined]);
    expect(await cache.has('key')).toBe(false);
    expect(await cache.delete('key')).toBe(false);
    expect(await cache.add('key', 2, timeout)).toBe(true);
  });

  it('has no end with a timeout of 0', async () => {
    const time = holdTime();
    await cache.set('key', 1, 0);
    time.forwardSeconds(1e9);
    expect(await cache.get('key')).toBe(1);
  });
});

describe('the value API', () => {
  it('stores nothing in the null store', async () => {
    cache.configure({ store: 'null' });
    expect([await cache.set('key', 1), await cache.add('key', 1), await cache.setMany({ key: 1 })]).toEqual([false, false, []]);
    expect([await cache.get('key'), await cache.has('key'), await cache.delete('key')]).toEqual([undefined, false, false]);
  });

  it('stores and reads nothing while the cache is off', async () => {
    const store = new SimpleStore();
    store.close = () => undefined;
    cache.configure({ store });
    await cache.set('key', 1);
    await cache.reset();
    cache.configure({ store, enabled: false });
    expect([await cache.set('key', 2), await cache.get('key'), await cache.has('key')]).toEqual([false, undefined, false]);
    await cache.delete('key');
    expect(store.size().entries).toBe(0);
  });

  it('has no values of another version', async () => {
    const store = new SimpleStore();
    cache.configure({ store, version: '1' });
    store.close = () => undefined;
    await cache.set('key', 1);
    await cache.reset();
    cache.configure({ store, version: '2' });
    expect(await cache.get('key')).toBeUndefined();
    await cache.set('key', 2);
    // Who deletes speaks of the data, which other versions keep too.
    expect(await cache.delete('key')).toBe(true);
    await cache.reset();
    cache.configure({ store, version: '1' });
    expect(await cache.get('key')).toBeUndefined();
  });

  it('prevents a configuration after its first use', async () => {
    await cache.get('key');
    expect(() => {
      cache.configure({});
    }).toThrow('the cache has been used already, with its defaults');
  });

  it('sets a value at once on a store that answers at once', async () => {
    void cache.set('key', 1);
    expect(await cache.get('key')).toBe(1);
  });

  it.each<[() => Promise<unknown>, string]>([
    [
      () => cache.get(1 as never),
      `cache.get: a key must be a string that is not empty, got 1. Write a string such as 'greeting'.`,
    ],
    [() => cache.has(''), `cache.has: a key must be a string that is not empty, got "". Write a string such as 'greeting'.`],
    [
      () => cache.delete(null as never),
      `cache.delete: a key must be a string that is not empty, got null. Write a string such as 'greeting'.`,
    ],
    [() => cache.getMany('abc' as never), `cache.getMany takes an array of keys, got "abc". Write cache.getMany(['greeting']).`],
    [
      () => cache.deleteMany([1] as never),
      `cache.deleteMany: a key must be a string that is not empty, got 1. Write a string such as 'greeting'.`,
    ],
    [
      () => cache.setMany(new Map() as never),
      `cache.setMany takes an object of values by key, got Map(0) {}. Write cache.setMany({ greeting: 'hello' }).`,
    ],
    [
      () => cache.setMany(null as never),
      `cache.setMany takes an object of values by key, got null. Write cache.setMany({ greeting: 'hello' }).`,
    ],
    [
      () => cache.set('a', 1, '5m' as never),
      `cache.set: timeout must be a number of seconds, 0 or more, got "5m". Write 60 for a minute.`,
    ],
    [() => cache.add('a', 1, -1), `cache.add: timeout must be a number of seconds, 0 or more, got -1. Write 60 for a minute.`],
    [
      () => cache.set('a', undefined),
      `cache.set: the value of "a" cannot be stored: it is undefined, which JSON does not carry. Leave it out, or write null.`,
    ],
    [
      () => cache.setMany({ fine: 1, a: [new Date(0)], b: { c: 1n } }),
      `cache.setMany: the value of "a" cannot be stored: [0] is a Date, which JSON does not carry. Write its toISOString().
cache.setMany: the value of "b" cannot be stored: c is a bigint, which JSON does not carry. Write it as a string.`,
    ],
  ])('refuses misuse by name, and stores nothing: %s', async (call, message) => {
    const refused = await call().catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(CacheUsageError);
    expect(refused).toMatchObject({ code: 'CACHE_USAGE_INVALID', message: `CACHE_USAGE_INVALID: ${message}` });
    expect(await cache.getMany(['a', 'b', 'fine'])).toEqual([undefined, undefined, undefined]);
  });
});
