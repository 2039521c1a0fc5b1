import { SimpleStore, type Address, type Entry } from '../../../lib/index.js';
import type { HeaderChange } from '../../../lib/http/stored-response.js';

const address: Address = { key: 'GET /a', path: { path: '/a', ignoresCase: false } };
const TYPE: HeaderChange = { kind: 'set', name: 'Content-Type', value: 'text/plain' };

function entryOf(body: Buffer, headers: readonly HeaderChange[] = [], tags?: readonly string[]): Entry {
  const response = { status: 200, statusMessage: undefined, headers, body, isStreamed: false, callsNext: true };
  return { response, storedAtMs: 1.5, expiresAtMs: Infinity, tags };
}

function save(store: SimpleStore, entry: Entry, at = address): void {
  expect(store.save(at, entry, store.lease(at).lease)).toBe(true);
}

function get(store: SimpleStore, at = address): Entry {
  const result = store.lookup(at);
  if (result.kind !== 'hit') throw new Error('The store has no fresh entry.');
  return result.entry;
}

function at(path: string): Address {
  return { key: `GET ${path}`, path: { path, ignoresCase: false } };
}

describe('a compact entry', () => {
  it.each([0, 1, 4095, 4096, 10_000])('contains its body of %d bytes, byte for byte', length => {
    const store = new SimpleStore();
    const body = Buffer.from(Array.from({ length }, (_, index) => (index * 7) % 256));
    save(store, entryOf(body));
    expect(get(store).response.body.equals(body)).toBe(true);
  });

  it('gives each look-up its own copy of a small body, so a caller cannot change the stored one', () => {
    const store = new SimpleStore();
    save(store, entryOf(Buffer.from('text')));
    get(store).response.body.fill(0);
    expect(get(store).response.body.toString()).toBe('text');
  });

  it.each([
    [[]],
    [[TYPE]],
    [[{ kind: 'set', name: 'ETag', value: '"1"' }, TYPE]],
    [[TYPE, { kind: 'set', name: 'etag', value: '' }]],
    [[TYPE, { kind: 'remove', name: 'ETag' }]],
    [[{ kind: 'set', name: 'ETag', value: ['"1"', '"2"'] }]],
    [[{ kind: 'append', name: 'ETag', values: ['"\u20ac"'] }]],
  ] as [HeaderChange[]][])('contains its headers, also if another entry has other headers: %j', headers => {
    const store = new SimpleStore();
    save(store, entryOf(Buffer.from('a'), headers));
    save(store, entryOf(Buffer.from('b'), [{ kind: 'set', name: 'ETag', value: '"other"' }, TYPE]), at('/b'));
    expect(get(store)).toEqual(entryOf(Buffer.from('a'), headers));
  });

  it('contains the tags of the response, without the tags of its address', () => {
    const store = new SimpleStore();
    const tagged = { ...address, tags: ['fixed'] };
    save(store, entryOf(Buffer.from('a'), [], ['own', 'too']), tagged);
    expect(get(store, tagged).tags).toEqual(['own', 'too']);
  });

  it('shares its head with all entries of an equal head, and the store counts the head once', () => {
    const store = new SimpleStore();
    const large: HeaderChange = { kind: 'set', name: 'X-Large', value: 'x'.repeat(10_000) };
    for (let index = 0; index < 100; index++) save(store, entryOf(Buffer.from('a'), [large]), at(`/${index}`));
    expect(store.size().bytes).toBeLessThan(200_000);
    store.invalidate({ prefixes: Array.from({ length: 99 }, (_, index) => `/${index}`) });
    expect(store.size().bytes).toBeGreaterThan(10_000);
    expect(get(store, at('/99')).response.headers).toEqual([large]);
  });

  it('counts its own head within maxBytes if the head differs from all others', () => {
    const store = new SimpleStore({ maxBytes: 100_000 });
    for (let index = 0; index < 200; index++) {
      const own: HeaderChange = { kind: 'set', name: 'X-Own', value: String(index).padStart(5000, 'x') };
      save(store, entryOf(Buffer.from('a'), [own]), at(`/${index}`));
      expect(store.size().bytes).toBeLessThanOrEqual(100_000);
    }
    expect(store.size().entries).toBeLessThan(20);
    expect(get(store, at('/199')).response.body.toString()).toBe('a');
  });

  it('counts a path that its key does not contain, and every alias path', () => {
    const [named, unnamed] = ['/long'.repeat(200), '/lone'.repeat(200)].map(path => {
      const store = new SimpleStore();
      save(store, entryOf(Buffer.from('a')), { key: '/long'.repeat(200), path: { path, ignoresCase: false } });
      return store;
    });
    expect(unnamed!.size().bytes).toBe(named!.size().bytes + 1000);
    const before = unnamed!.size().bytes;
    get(unnamed!, { key: '/long'.repeat(200), path: { path: '/alias', ignoresCase: false } });
    expect(unnamed!.size().bytes).toBeGreaterThan(before);
    expect(unnamed!.size().entries).toBe(1);
  });
});
