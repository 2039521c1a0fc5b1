import { SimpleStore, type Address, type Entry } from '../../../lib/index.js';
import type { Lease } from '../../../lib/stores/store.js';
import { SLICE } from '../../../lib/stores/simple/sweeper.js';

const MANY = 8 * SLICE;
const clock = { now: () => 1_000_000 };

function addressOf(path: string, ...tags: string[]): Address {
  return { key: `GET ${path}`, path: { path, ignoresCase: false }, tags };
}

function entryOf(text: string): Entry {
  const body = Buffer.from(text);
  return {
    response: { status: 200, statusMessage: undefined, headers: [], body, isStreamed: false, callsNext: true },
    storedAtMs: 0,
    expiresAtMs: Infinity,
  };
}

function acquire(store: SimpleStore, address: Address): Lease {
  return store.lease(address).lease;
}

function save(store: SimpleStore, address: Address, text = 'text'): void {
  expect(store.save(address, entryOf(text), acquire(store, address))).toBe(true);
}

function found(store: SimpleStore, address: Address): string | undefined {
  const result = store.lookup(address);
  if (result.kind === 'hit') return result.entry.response.body.toString();
  store.release(result.lease);
  return undefined;
}

/** Creates a store with `many` entries at `/many/…`, each with the tag `many`, and one entry at another path. */
function filled(maxBytes = 1e9, many = MANY): SimpleStore {
  const store = new SimpleStore({ maxBytes, clock });
  save(store, addressOf('/beside'));
  for (let index = 0; index < many; index++) save(store, addressOf(`/many/${index}`, 'many'));
  return store;
}

/** @returns a function that counts the entries that the store has freed since */
function countFreed(): () => number {
  const deletions = jest.spyOn(Map.prototype, 'delete');
  return () => deletions.mock.calls.filter(([key]) => String(key).startsWith('GET ')).length;
}

describe.each([
  ['a prefix', { prefixes: ['/many'] }],
  ['a tag', { prefixes: [], tags: ['many'] }],
])('an invalidation of %s with very many entries', (_, targets) => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('frees the entries in slices', () => {
    const store = filled();
    const freed = countFreed();
    store.invalidate(targets);
    for (let slices = 1; slices <= MANY / SLICE; slices++) {
      expect(freed()).toBe(slices * SLICE);
      jest.runOnlyPendingTimers();
    }
    jest.runOnlyPendingTimers();
    expect([freed(), jest.getTimerCount()]).toEqual([MANY, 0]);
    expect(found(store, addressOf('/beside'))).toBe('text');
  });

  it('makes all of the entries unservable at once, and the store counts none of them', () => {
    const store = filled();
    const { bytes } = store.size();
    store.invalidate(targets);
    expect(store.size().entries).toBe(1);
    // After an invalidation by tag, the nodes of the path trie remain until the sweeper frees their entries.
    expect(store.size().bytes).toBeLessThan(bytes / 3);
    for (let index = 0; index < MANY; index += SLICE / 2) {
      expect(found(store, addressOf(`/many/${index}`, 'many'))).toBeUndefined();
    }
    jest.runAllTimers();
    expect(store.size().entries).toBe(1);
  });

  it('voids each earlier lease during the sweep: the store refuses its entry, and no request shares it', () => {
    const store = filled();
    const address = addressOf('/many/new', 'many');
    const lease = acquire(store, address);
    store.invalidate(targets);
    expect(store.canShare(lease, acquire(store, address))).toBe(false);
    expect(store.save(address, entryOf('old'), lease)).toBe(false);
    expect(found(store, address)).toBeUndefined();
  });

  it('does not affect entries that are stored during the sweep', () => {
    const store = filled();
    store.invalidate(targets);
    const addresses = [0, 1, MANY / 2, MANY - 1].map(index => addressOf(`/many/${index}`, 'many'));
    for (const address of addresses) save(store, address, 'new');
    expect(store.size().entries).toBe(5);
    jest.runAllTimers();
    for (const address of addresses) expect(found(store, address)).toBe('new');
    expect(store.size().entries).toBe(5);
    store.invalidate(targets);
    for (const address of addresses) expect(found(store, address)).toBeUndefined();
  });

  it('allows an entry of an older lease to replace an invalidated entry of a newer lease', () => {
    const store = filled();
    const address = addressOf(`/many/${MANY - 1}`, 'many');
    const early = acquire(store, { ...address, path: { path: '/elsewhere', ignoresCase: false }, tags: [] });
    save(store, address);
    store.invalidate(targets);
    expect(store.save({ ...address, path: { path: '/elsewhere', ignoresCase: false }, tags: [] }, entryOf('other'), early)).toBe(
      true,
    );
  });

  it('frees its entries before the store evicts a servable one', () => {
    const store = filled(filled().size().bytes);
    store.invalidate(targets);
    for (let index = 0; index < MANY / 2; index++) save(store, addressOf(`/fresh/${index}`));
    // This entry is the least recently used one.
    expect(found(store, addressOf('/beside'))).toBe('text');
    expect(store.size().entries).toBe(MANY / 2 + 1);
  });

  it('delays neither the exit of the process nor the close of the store', () => {
    const store = filled();
    const timers = jest.spyOn(globalThis, 'setTimeout');
    store.invalidate(targets);
    expect((timers.mock.results[0]!.value as NodeJS.Timeout).hasRef()).toBe(false);
    store.close();
    expect(jest.getTimerCount()).toBe(0);
    expect(store.size()).toEqual({ entries: 0, bytes: 0 });
  });
});

describe('an invalidation', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => {
    jest.useRealTimers();
    jest.restoreAllMocks();
  });

  it('of few entries frees them before it returns', () => {
    const store = filled(1e9, 10);
    const freed = countFreed();
    store.invalidate({ prefixes: ['/many'] });
    expect([freed(), jest.getTimerCount()]).toEqual([10, 0]);
  });

  it('of all entries frees no entry individually', () => {
    const store = filled();
    const lease = acquire(store, addressOf('/many/0', 'many'));
    const freed = countFreed();
    store.invalidate({ prefixes: ['/'] });
    expect([freed(), jest.getTimerCount()]).toEqual([0, 0]);
    expect(store.size()).toEqual({ entries: 0, bytes: 0 });
    expect(store.save(addressOf('/many/0', 'many'), entryOf('old'), lease)).toBe(false);
    expect(found(store, addressOf('/beside'))).toBeUndefined();
  });

  it('by tag finds an entry from after an invalidation of the root, also if an older lease ends in between', () => {
    const store = new SimpleStore({ clock });
    const address = addressOf('/a', 'tag');
    const early = acquire(store, address);
    store.invalidate({ prefixes: ['/'] });
    save(store, address);
    store.release(early);
    store.invalidate({ prefixes: [], tags: ['tag'] });
    expect(found(store, address)).toBeUndefined();
  });

  it('during the sweep of another one frees its own entry at once', () => {
    const store = filled();
    store.invalidate({ prefixes: [], tags: ['many'] });
    const freed = countFreed();
    store.invalidate({ prefixes: ['/beside'] });
    expect(freed()).toBe(1);
    expect(store.size().entries).toBe(0);
  });

  it('of an alias path makes the entry unservable by its own path before the sweeper frees the entry', () => {
    const store = filled();
    const [own, other] = ['/own', '/many/other'].map(path => ({ ...addressOf(path), key: 'shared' }));
    save(store, own!);
    expect(found(store, other!)).toBe('text');
    store.invalidate({ prefixes: ['/many'] });
    expect(jest.getTimerCount()).toBe(1);
    expect(found(store, own!)).toBeUndefined();
  });

  it('by both path and tag of the same entries never makes the reported size too large', () => {
    const store = filled();
    store.invalidate({ prefixes: ['/many'], tags: ['many'] });
    expect(store.size().entries).toBeLessThanOrEqual(1);
    jest.runAllTimers();
    expect(store.size().entries).toBe(1);
  });
});
