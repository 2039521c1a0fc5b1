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

function save(store: SimpleStore, address: Address, text = 'text'): boolean {
  return store.save(address, entryOf(text), store.lease(address).lease);
}

function found(store: SimpleStore, address: Address): string | undefined {
  const result = store.lookup(address);
  if (result.kind === 'hit') return result.entry.response.body.toString();
  store.release(result.lease);
  return undefined;
}

describe('the simple store', () => {
  it('uses at most maxBytes, and evicts the least recently used entry first', () => {
    const store = new SimpleStore({ maxBytes: 20_000, clock });
    for (let index = 0; index < 1000; index++) {
      save(store, addressOf(`/junk/${index}`));
      expect(found(store, addressOf('/junk/0'))).toBe('text');
      expect(store.size().bytes).toBeLessThanOrEqual(20_000);
    }
    expect(found(store, addressOf('/junk/999'))).toBe('text');
    expect(found(store, addressOf('/junk/1'))).toBeUndefined();
  });

  it('refuses an entry that is larger than maxBytes, and its size stays 0', () => {
    const store = new SimpleStore({ maxBytes: 5000, clock });
    expect(save(store, addressOf('/large'), 'x'.repeat(5000))).toBe(false);
    expect(store.size()).toEqual({ entries: 0, bytes: 0 });
    store.invalidate({ prefixes: ['/'] });
  });

  it('refuses an expired entry and serves a fresh one', () => {
    const store = new SimpleStore({ clock });
    const address = addressOf('/a');
    expect(store.save(address, entryOf('old', now), store.lease(address).lease)).toBe(false);
    store.save(address, entryOf('new', now + 1), store.lease(address).lease);
    expect(found(store, address)).toBe('new');
  });

  it('refuses an entry only if an invalidation has covered its path since the lease', () => {
    const store = new SimpleStore({ clock });
    const [covered, beside] = [addressOf('/users/bob/friends'), addressOf('/users/bobby')];
    const leases = [store.lease(covered).lease, store.lease(beside).lease];
    store.invalidate({ prefixes: ['/users/bob'] });
    expect(store.save(covered, entryOf('old'), leases[0]!)).toBe(false);
    expect(store.save(beside, entryOf('beside'), leases[1]!)).toBe(true);
  });

  it('invalidates any number of entries at one path, and none at another path', () => {
    const store = new SimpleStore({ maxBytes: 1e9, clock });
    for (let index = 0; index < 150_000; index++) save(store, addressOf('/many', `/many?${index}`));
    save(store, addressOf('/many2'));
    store.invalidate({ prefixes: ['/many'] });
    expect(store.size().entries).toBe(1);
  });

  it('invalidates a path that ignores case by any spelling, and no path that respects case', () => {
    const store = new SimpleStore({ clock });
    save(store, addressOf('/Files/A', 'ignoresCase', true));
    save(store, addressOf('/files/a', 'exact'));
    store.invalidate({ prefixes: ['/FILES/a'] });
    expect(found(store, addressOf('/Files/A', 'ignoresCase', true))).toBeUndefined();
    expect(found(store, addressOf('/files/a', 'exact'))).toBe('text');
  });

  it('serves an entry under a second path only if no invalidation followed, and then invalidates it by both paths', () => {
    const store = new SimpleStore({ clock });
    const [first, second] = [addressOf('/first', 'key'), addressOf('/second', 'key')];
    save(store, first);
    store.invalidate({ prefixes: ['/elsewhere'] });
    expect(found(store, second)).toBeUndefined();
    expect(found(store, first)).toBe('text');

    save(store, first);
    expect(found(store, second)).toBe('text');
    store.invalidate({ prefixes: ['/second'] });
    expect(found(store, first)).toBeUndefined();
  });

  it('allows a computation to answer for another path only if no invalidation followed its lease', () => {
    const store = new SimpleStore({ clock });
    const early = store.lease(addressOf('/first', 'key')).lease;
    expect(store.canShare(early, store.lease(addressOf('/second', 'key')).lease)).toBe(true);
    store.invalidate({ prefixes: ['/second'] });
    expect(store.canShare(early, store.lease(addressOf('/second', 'key')).lease)).toBe(false);
    expect(store.canShare(early, store.lease(addressOf('/first', 'key')).lease)).toBe(true);
  });

  it('serves no invalidated entry, and counts 0 bytes when empty, after any sequence of operations', () => {
    const paths = ['', '/a', '/a/b', '/a/b/c', '/a/bc', '/b', '/A/b'];
    const path = fc.constantFrom(...paths);
    const step = fc.oneof(
      fc.record({ do: fc.constant('save' as const), path, key: fc.nat(3) }),
      fc.record({ do: fc.constant('invalidate' as const), path, key: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), steps => {
        const store = new SimpleStore({ maxBytes: 12_000, clock });
        const model = new Map<string, Address>();
        for (const { do: what, path: at, key } of steps) {
          if (what === 'save') {
            const address = addressOf(at, `${at} ${key}`);
            save(store, address);
            model.set(address.key, address);
          } else {
            store.invalidate({ prefixes: [at === '' ? '/' : at] });
            for (const [name, { path: held }] of model) {
              if (held.path === at || held.path.startsWith(`${at}/`)) model.delete(name);
            }
          }
          // The store must not have any other entry than the model. The store may have fewer entries, since it evicts.
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
