import fc from 'fast-check';
import { SimpleStore, type Address, type Entry } from '../../lib/index.js';

const now = 1_000_000;
const clock = { now: () => now };

function addressOf(path: string, key = path, ignoresCase = false): Address {
  return { key, path: { path, ignoresCase } };
}

function entryOf(text: string, expiresAtMs = Infinity): Entry {
  const response = {
    status: 200,
    statusMessage: undefined,
    headers: [],
    body: Buffer.from(text),
    isStreamed: false,
    callsNext: true,
  };
  return { response, storedAtMs: now, expiresAtMs };
}

function keep(store: SimpleStore, address: Address, text = 'text'): boolean {
  return store.save(address, entryOf(text), store.lease(address).lease);
}

function found(store: SimpleStore, address: Address): string | undefined {
  const lookUp = store.lookup(address);
  if (lookUp.kind === 'hit') return lookUp.entry.response.body.toString();
  store.release(lookUp.lease);
  return undefined;
}

describe('the simple store', () => {
  it('holds at most maxBytes, and drops what was used least recently', () => {
    const store = new SimpleStore({ maxBytes: 20_000, clock });
    for (let index = 0; index < 1000; index++) {
      keep(store, addressOf(`/junk/${index}`));
      expect(found(store, addressOf('/junk/0'))).toBe('text');
      expect(store.size().bytes).toBeLessThanOrEqual(20_000);
    }
    expect(found(store, addressOf('/junk/999'))).toBe('text');
    expect(found(store, addressOf('/junk/1'))).toBeUndefined();
  });

  it('refuses an entry that is larger than all it may hold, and leaves no trace of it', () => {
    const store = new SimpleStore({ maxBytes: 5000, clock });
    expect(keep(store, addressOf('/large'), 'x'.repeat(5000))).toBe(false);
    expect(store.size()).toEqual({ entries: 0, bytes: 0 });
    store.invalidate({ prefixes: ['/'] });
  });

  it('does not give what has expired', () => {
    const store = new SimpleStore({ clock });
    const address = addressOf('/a');
    expect(store.save(address, entryOf('old', now), store.lease(address).lease)).toBe(false);
    store.save(address, entryOf('new', now + 1), store.lease(address).lease);
    expect(found(store, address)).toBe('new');
  });

  it('refuses what was begun before an invalidation that covers it, and only that', () => {
    const store = new SimpleStore({ clock });
    const [covered, beside] = [addressOf('/users/bob/friends'), addressOf('/users/bobby')];
    const fences = [store.lease(covered).lease, store.lease(beside).lease];
    store.invalidate({ prefixes: ['/users/bob'] });
    expect(store.save(covered, entryOf('old'), fences[0]!)).toBe(false);
    expect(store.save(beside, entryOf('beside'), fences[1]!)).toBe(true);
  });

  it('invalidates any number of entries under one path, and none beside it', () => {
    const store = new SimpleStore({ maxBytes: 1e9, clock });
    for (let index = 0; index < 150_000; index++) keep(store, addressOf('/many', `/many?${index}`));
    keep(store, addressOf('/many2'));
    store.invalidate({ prefixes: ['/many'] });
    expect(store.size().entries).toBe(1);
  });

  it('reaches a path whose letter case says nothing by any spelling, without losing others', () => {
    const store = new SimpleStore({ clock });
    keep(store, addressOf('/Files/A', 'ignoresCase', true));
    keep(store, addressOf('/files/a', 'exact'));
    store.invalidate({ prefixes: ['/FILES/a'] });
    expect(found(store, addressOf('/Files/A', 'ignoresCase', true))).toBeUndefined();
    expect(found(store, addressOf('/files/a', 'exact'))).toBe('text');
  });

  it('gives an entry under a second path only where nothing was invalidated since, and then reaches it by both', () => {
    const store = new SimpleStore({ clock });
    const [first, second] = [addressOf('/first', 'key'), addressOf('/second', 'key')];
    keep(store, first);
    store.invalidate({ prefixes: ['/elsewhere'] });
    expect(found(store, second)).toBeUndefined();
    expect(found(store, first)).toBe('text');

    keep(store, first);
    expect(found(store, second)).toBe('text');
    store.invalidate({ prefixes: ['/second'] });
    expect(found(store, first)).toBeUndefined();
  });

  it('lets a computation answer for another path only where nothing was invalidated since', () => {
    const store = new SimpleStore({ clock });
    const early = store.lease(addressOf('/first', 'key')).lease;
    expect(store.canShare(early, store.lease(addressOf('/second', 'key')).lease)).toBe(true);
    store.invalidate({ prefixes: ['/second'] });
    expect(store.canShare(early, store.lease(addressOf('/second', 'key')).lease)).toBe(false);
    expect(store.canShare(early, store.lease(addressOf('/first', 'key')).lease)).toBe(true);
  });

  it('keeps its index true through any sequence of what is done to it', () => {
    const paths = ['', '/a', '/a/b', '/a/b/c', '/a/bc', '/b', '/A/b'];
    const path = fc.constantFrom(...paths);
    const step = fc.oneof(
      fc.record({ do: fc.constant('keep' as const), path, key: fc.nat(3) }),
      fc.record({ do: fc.constant('invalidate' as const), path, key: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), steps => {
        const store = new SimpleStore({ maxBytes: 12_000, clock });
        const model = new Map<string, Address>();
        for (const { do: what, path: at, key } of steps) {
          if (what === 'keep') {
            const address = addressOf(at, `${at} ${key}`);
            keep(store, address);
            model.set(address.key, address);
          } else {
            store.invalidate({ prefixes: [at === '' ? '/' : at] });
            for (const [name, { path: held }] of model) {
              if (held.path === at || held.path.startsWith(`${at}/`)) model.delete(name);
            }
          }
          // What the store holds was kept and not invalidated; what it dropped for want of space may be missing.
          for (const candidate of paths) {
            for (const number of [0, 1, 2, 3]) {
              const address = addressOf(candidate, `${candidate} ${number}`);
              if (!model.has(address.key)) expect(found(store, address)).toBeUndefined();
            }
          }
        }
        store.invalidate({ prefixes: ['/'] });
        expect(store.size()).toEqual({ entries: 0, bytes: 0 });
      }),
      { numRuns: 200 },
    );
  });
});
