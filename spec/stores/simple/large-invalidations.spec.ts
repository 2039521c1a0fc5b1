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

function begin(store: SimpleStore, address: Address): Lease {
  return store.lease(address).lease;
}

function keep(store: SimpleStore, address: Address, text = 'text'): void {
  expect(store.save(address, entryOf(text), begin(store, address))).toBe(true);
}

function found(store: SimpleStore, address: Address): string | undefined {
  const lookUp = store.lookup(address);
  if (lookUp.kind === 'hit') return lookUp.entry.response.body.toString();
  store.release(lookUp.lease);
  return undefined;
}

/** With many at `/many/…`, all of them with the tag `many`, and one beside them. */
function filled(maxBytes = 1e9, many = MANY): SimpleStore {
  const store = new SimpleStore({ maxBytes, clock });
  keep(store, addressOf('/beside'));
  for (let index = 0; index < many; index++) keep(store, addressOf(`/many/${index}`, 'many'));
  return store;
}

/** Entries that the store has freed. */
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

  it('frees them in slices', () => {
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

  it('makes all of them unservable at once, and counts none of them', () => {
    const store = filled();
    const { bytes } = store.size();
    store.invalidate(targets);
    expect(store.size().entries).toBe(1);
    // Of what has a tag, the places in the tree go one by one.
    expect(store.size().bytes).toBeLessThan(bytes / 3);
    for (let index = 0; index < MANY; index += SLICE / 2) {
      expect(found(store, addressOf(`/many/${index}`, 'many'))).toBeUndefined();
    }
    jest.runAllTimers();
    expect(store.size().entries).toBe(1);
  });

  it('refuses what was begun before it, and lets nobody join it, while they are being freed', () => {
    const store = filled();
    const address = addressOf('/many/new', 'many');
    const fence = begin(store, address);
    store.invalidate(targets);
    expect(store.canShare(fence, begin(store, address))).toBe(false);
    expect(store.save(address, entryOf('old'), fence)).toBe(false);
    expect(found(store, address)).toBeUndefined();
  });

  it('leaves alone what is stored anew while they are being freed', () => {
    const store = filled();
    store.invalidate(targets);
    const addresses = [0, 1, MANY / 2, MANY - 1].map(index => addressOf(`/many/${index}`, 'many'));
    for (const address of addresses) keep(store, address, 'new');
    expect(store.size().entries).toBe(5);
    jest.runAllTimers();
    for (const address of addresses) expect(found(store, address)).toBe('new');
    expect(store.size().entries).toBe(5);
    store.invalidate(targets);
    for (const address of addresses) expect(found(store, address)).toBeUndefined();
  });

  it('does not let what has begun later, and is invalid, stand before what is computed now', () => {
    const store = filled();
    const address = addressOf(`/many/${MANY - 1}`, 'many');
    const early = begin(store, { ...address, path: { path: '/elsewhere', ignoresCase: false }, tags: [] });
    keep(store, address);
    store.invalidate(targets);
    expect(store.save({ ...address, path: { path: '/elsewhere', ignoresCase: false }, tags: [] }, entryOf('other'), early)).toBe(
      true,
    );
  });

  it('frees them first when room is needed', () => {
    const store = filled(filled().size().bytes);
    store.invalidate(targets);
    for (let index = 0; index < MANY / 2; index++) keep(store, addressOf(`/fresh/${index}`));
    // It was used least recently of all.
    expect(found(store, addressOf('/beside'))).toBe('text');
    expect(store.size().entries).toBe(MANY / 2 + 1);
  });

  it('holds up neither the end of the process nor a store that is closed', () => {
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

  it('of all there is takes nothing apart', () => {
    const store = filled();
    const fence = begin(store, addressOf('/many/0', 'many'));
    const freed = countFreed();
    store.invalidate({ prefixes: ['/'] });
    expect([freed(), jest.getTimerCount()]).toEqual([0, 0]);
    expect(store.size()).toEqual({ entries: 0, bytes: 0 });
    expect(store.save(addressOf('/many/0', 'many'), entryOf('old'), fence)).toBe(false);
    expect(found(store, addressOf('/beside'))).toBeUndefined();
  });

  it('by tag reaches what came after all was invalidated, whatever ends then', () => {
    const store = new SimpleStore({ clock });
    const address = addressOf('/a', 'tag');
    const early = begin(store, address);
    store.invalidate({ prefixes: ['/'] });
    keep(store, address);
    store.release(early);
    store.invalidate({ prefixes: [], tags: ['tag'] });
    expect(found(store, address)).toBeUndefined();
  });

  it('under way is gone on with by the next, and each frees its own at once', () => {
    const store = filled();
    store.invalidate({ prefixes: [], tags: ['many'] });
    const freed = countFreed();
    store.invalidate({ prefixes: ['/beside'] });
    expect(freed()).toBe(1);
    expect(store.size().entries).toBe(0);
  });

  it('of a path by which an entry is reached too makes it unservable by its own, before it is freed', () => {
    const store = filled();
    const [own, other] = ['/own', '/many/other'].map(path => ({ ...addressOf(path), key: 'shared' }));
    keep(store, own!);
    expect(found(store, other!)).toBe('text');
    store.invalidate({ prefixes: ['/many'] });
    expect(jest.getTimerCount()).toBe(1);
    expect(found(store, own!)).toBeUndefined();
  });

  it('by path and tag of the same never makes the size larger than it is', () => {
    const store = filled();
    store.invalidate({ prefixes: ['/many'], tags: ['many'] });
    expect(store.size().entries).toBeLessThanOrEqual(1);
    jest.runAllTimers();
    expect(store.size().entries).toBe(1);
  });
});
