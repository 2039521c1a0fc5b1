import { Keyv } from 'keyv';
import {
  CacheUsageError,
  NullStore,
  SimpleStore,
  type Address,
  type Clock,
  type Entry,
  type Lease,
  type Store,
} from '../../lib/index.js';
import { KeyvStore } from '../../lib/keyv.js';
import { describeStore, type CreateStore, type StoreCapabilities } from '../../store-contract/index.js';
import { SharedEntries } from '../../lib/stores/shared/shared-entries.js';
import { SharedLease } from '../../lib/stores/shared/shared-lease.js';
import { FillLocks } from '../../lib/stores/shared/fill-locks.js';
import { Generations } from '../../lib/stores/shared/generations.js';
import { SharedStore } from '../../lib/stores/shared/shared-store.js';
import { TagLog } from '../../lib/stores/shared/tag-log.js';
import { examplesIn, runModule } from '../support/examples.js';

interface Collected {
  readonly title: string;
  readonly run: () => Promise<void>;
}

/** Collects the tests that a function registers. */
function collect(describes: () => void): Collected[] {
  const { describe, it } = globalThis;
  const tests: Collected[] = [];
  const given = {
    describe: (_name: string, body: () => void) => {
      body();
    },
    it: (title: string, run: () => Promise<void>) => tests.push({ title, run }),
  };
  try {
    Object.assign(globalThis, given);
    describes();
  } finally {
    Object.assign(globalThis, { describe, it });
  }
  return tests;
}

async function failuresOf(create: CreateStore, capabilities?: StoreCapabilities): Promise<string[]> {
  const tests = collect(() => {
    describeStore('a store', create, capabilities);
  });
  expect(tests.length).toBeGreaterThan(30);
  const failures: string[] = [];
  for (const { title, run } of tests) {
    try {
      await run();
    } catch {
      failures.push(title);
    }
  }
  return failures;
}

const [source = '', usage = ''] = examplesIn('docs/writing-a-store.md');

function storeFrom(code: string): CreateStore {
  const { MapStore } = runModule(code) as { MapStore: new (clock: Clock) => Store };
  return ({ clock }) => new MapStore(clock);
}

describe('the store of the docs', () => {
  it('passes the suite with the usage of the docs', async () => {
    const store = runModule(source);
    const tests = collect(() => {
      runModule(usage, { './map-store.js': store, 'routing-controllers-cache/testing': { describeStore } });
    });
    expect(tests.length).toBeGreaterThan(30);
    for (const { run } of tests) await run();
  });

  // [the defect, the text of the page, the replacement, a test that fails]
  it.each<[string, string, string, string]>([
    [
      'ignores leases',
      'if (isStorable) this',
      'if (isStorable || !isStorable) this',
      'never serves an entry whose lease is older than one of several invalidations',
    ],
    [
      'voids no lease when it invalidates',
      'if (isUnder(lease.path, prefix)) this.release(lease);',
      ';',
      'never serves an entry whose lease, of a look-up or not, is older than an invalidation of /',
    ],
    [
      'voids only leases whose path equals the prefix',
      'isUnder(lease.path, prefix)',
      'lease.path.path === prefix',
      'never serves an entry whose lease, of a look-up or not, is older than an invalidation of /users',
    ],
    [
      'matches prefixes by their characters',
      'inner.startsWith(`${outer}/`)',
      'inner.startsWith(outer)',
      'invalidates every entry at and under a prefix, and no other entry',
    ],
    [
      'invalidates only the exact path',
      ' || inner.startsWith(`${outer}/`)',
      '',
      'invalidates every entry at and under a prefix, and no other entry',
    ],
    ['ignores the root', "outer === '/' || ", '', 'invalidates everything by "/"'],
    [
      'uses only the first of several prefixes',
      'of prefixes)',
      'of prefixes.slice(0, 1))',
      'invalidates several prefixes at once, or no prefix',
    ],
    [
      'invalidates no stored entry',
      'this.entries.delete(name)',
      'void name',
      'invalidates entries that an earlier look-up may have copied into memory',
    ],
    [
      'ignores expiry',
      'if (expiresAtMs > this.clock.now())',
      'if (deleteAtMs > 0)',
      'serves an entry until the moment it expires',
    ],
    [
      'serves at the moment of expiry',
      'if (expiresAtMs > this',
      'if (expiresAtMs >= this',
      'serves an entry until the moment it expires',
    ],
    [
      'returns no stale entry',
      'stale: deleteAtMs > this',
      'stale: deleteAtMs < this',
      'returns an expired entry with the lease of a miss until its deletion time',
    ],
    [
      'returns stale entries for ever',
      'stale: deleteAtMs > this.clock.now()',
      'stale: deleteAtMs > 0',
      'returns no expired entry without a deletion time',
    ],
    ['deletes nothing', 'return this.entries.delete(', 'return this.entries.has(', 'deletes one entry and no other'],
    [
      'loses entries that never expire',
      'if (expiresAtMs > this',
      'if (expiresAtMs < 1e300 && expiresAtMs > this',
      'serves an entry until the moment it expires',
    ],
    ['ignores the case of keys', 'path.path, key]', 'path.path, key.toLowerCase()]', 'distinguishes keys that look alike'],
    ['cuts long keys', 'path.path, key]', 'path.path, key.slice(0, 250)]', 'distinguishes keys that look alike'],
    ['normalises keys', 'path.path, key]', "path.path, key.normalize('NFC')]", 'distinguishes keys that look alike'],
    ['trims keys', 'path.path, key]', 'path.path, key.trim()]', 'distinguishes keys that look alike'],
    [
      'ignores the path in the name of an entry',
      '[path.path, key]',
      '[key]',
      'never serves an entry under a path that was invalidated after the entry was computed for another path',
    ],
    [
      'distinguishes letter case in paths that ignore it',
      'ignoresCase ? ',
      'false ? ',
      'invalidates a path that ignores letter case by any spelling, and no other path',
    ],
    [
      'ignores letter case in every path',
      'ignoresCase ? ',
      '!ignoresCase || ignoresCase ? ',
      'invalidates every entry at and under a prefix, and no other entry',
    ],
    [
      'shares every fill with every request',
      'return isValid && path',
      'return path',
      'shares a fill with later requests until an invalidation',
    ],
    [
      'shares no fill',
      'return isValid && path',
      'return !isValid && path',
      'shares a fill with later requests until an invalidation',
    ],
    [
      'shares a fill of one path with another path',
      ' && path.path === (later as MapLease).path.path',
      ' && later !== undefined',
      'never shares a fill of one path with another path that was invalidated since',
    ],
    [
      'stores only the first entry',
      'if (isStorable) this',
      'if (isStorable && !this.entries.has(nameOf(address))) this',
      'serves the entry that was saved last',
    ],
    [
      'reports an entry as stored that it has not stored',
      'if (isStorable) this.entries.set',
      'if (!isStorable) this.entries.set',
      'serves an entry that was saved under the lease of a look-up, and reports that it is stored',
    ],
    [
      'reports a stored entry as not stored',
      'return isStorable;',
      'return false;',
      'serves an entry that was saved under the lease of a look-up, and reports that it is stored',
    ],
    [
      'forgets headers',
      '{ path: address.path, tags, entry }',
      '{ path: address.path, tags, entry: { ...entry, response: { ...entry.response, headers: [] } } }',
      'returns every part of an entry exactly',
    ],
    [
      'stores bodies as text',
      '{ path: address.path, tags, entry }',
      '{ path: address.path, tags, entry: { ...entry, response: { ...entry.response, body: Buffer.from(String(entry.response.body)) } } }',
      'returns every part of an entry exactly',
    ],
    [
      'forgets the reason phrase',
      '{ path: address.path, tags, entry }',
      '{ path: address.path, tags, entry: { ...entry, response: { ...entry.response, statusMessage: undefined } } }',
      'returns every part of an entry exactly',
    ],
    [
      'ignores tags',
      '{ prefixes, tags = [] }',
      '{ prefixes }, tags: string[] = []',
      'invalidates the entries with a tag of the address, and no other entry',
    ],
    [
      'ignores tags of entries',
      ', ...(entry.tags ?? [])]',
      ']',
      'invalidates the entries with a tag of the entry, and no other entry',
    ],
    [
      'ignores tags of addresses',
      '...(address.tags ?? []), ',
      '',
      'invalidates the entries with a tag of the address, and no other entry',
    ],
    [
      'uses only the first of several tags',
      'of tags)',
      'of tags.slice(0, 1))',
      'invalidates the entries with a tag of the entry, and no other entry',
    ],
    [
      'ignores tags that are invalidated during a fill',
      ' && !tags.some(tag => invalidated.has(tag))',
      ' && invalidated.size >= 0',
      'never serves an entry whose lease is older than an invalidation of a tag of the entry',
    ],
    [
      'ignores computed tags that are invalidated during a fill',
      '!tags.some(tag => invalidated.has(tag))',
      '!(address.tags ?? []).some(tag => invalidated.has(tag))',
      'never serves an entry whose lease is older than an invalidation of a tag of the entry',
    ],
    [
      'remembers only the last invalidated tag',
      'invalidated.add(tag)',
      'invalidated.clear(), lease.invalidated.add(tag)',
      'never serves an entry whose lease is older than an invalidation of a tag of the address',
    ],
    [
      'voids every lease when any tag is invalidated',
      'lease.invalidated.add(tag)',
      'this.release(lease)',
      'stores an entry whose lease is older than invalidations of tags other than those of the entry',
    ],
    [
      'shares a fill after the invalidation of its tags',
      'if (isInvalidated) return false;',
      '',
      'never shares a fill after an invalidation of a tag of the address',
    ],
    [
      'shares a fill whose computed tags may have been invalidated',
      'hasComputedTags === true',
      'hasComputedTags === undefined',
      'never shares a fill after an invalidation of a tag of the entry',
    ],
    ['miscounts', 'this.entries.size, bytes', '0, bytes', 'reports its size'],
    ['does not count bytes', 'bytes += entry', 'bytes += 0 * entry', 'reports its size'],
    ['rejects close', 'close(): void {', "close(): void { throw new Error('still busy');", 'closes while leases are open'],
  ])('fails the suite when it %s', async (_defect, before, after, title) => {
    expect(source.split(before).length).toBeGreaterThan(1);
    expect(await failuresOf(storeFrom(source.replaceAll(before, after)), { servesStale: true })).toContain(title);
  });

  it('fails the random workloads if a lease misses invalidations during its save', async () => {
    const create: CreateStore = settings => {
      const inner = storeFrom(source)(settings) as Store;
      const late: Store = Object.assign(Object.create(inner) as Store, {
        // The check and the write are two steps, so an invalidation may run between them.
        save: async (...[address, entry, lease]: [Address, Entry, Lease]) => {
          if (!inner.canShare(lease, lease)) return false;
          await new Promise(resolve => setImmediate(resolve));
          inner.release(lease, 'unused');
          const leased = await inner.lease(address);
          return inner.save(address, entry, (leased as { lease: object }).lease);
        },
      });
      return late;
    };
    const failures = await failuresOf(create, { tracksTagsIndividually: false });
    // The new lease also loses the order of fills, which other checks find.
    expect(
      failures.filter(title => title.startsWith('never serves a stale response while requests and writes overlap')),
    ).not.toEqual([]);
  });
});

describe('the suite', () => {
  it('fails a store that stores nothing', async () => {
    expect(await failuresOf(() => new NullStore())).toContain('serves the entry that was saved last');
  });

  it('fails a store that exceeds its limit', async () => {
    const limits = { maxBytes: 50_000, largestBody: 40_000 };
    expect(await failuresOf(({ clock }) => new SimpleStore({ clock, maxBytes: 100_000 }), limits)).toEqual([
      'stays within its limit, and accepts new entries',
    ]);
  });

  it('fails a store that is not shared although its capabilities include that', async () => {
    const failures = await failuresOf(({ clock }) => new SimpleStore({ clock }), {
      shared: true,
      fillLocks: false,
      writeIntents: false,
    });
    expect(failures).toContain('serves the entries of other stores, also in place of an earlier copy');
  });

  it('passes a store with its own clock if usesGivenClock is false', async () => {
    const failures = await failuresOf(() => new SimpleStore({ clock: { now: () => Date.now() } }), { usesGivenClock: false });
    expect(failures).toEqual([]);
  });

  it('fails a store that reports a fault', async () => {
    const create: CreateStore = settings => {
      settings.reportFault('FAULT', 'something', new Error('cause'));
      return new SimpleStore(settings);
    };
    expect(await failuresOf(create)).toContain('misses an address without an entry');
  });

  it.each([['describe'], ['it']] as const)('names the missing global function: %s', name => {
    const globals: Record<string, unknown> = globalThis;
    const { [name]: before } = globals;
    try {
      Object.assign(globalThis, { [name]: undefined });
      expect(() => {
        describeStore('a store', () => new NullStore());
      }).toThrow(CacheUsageError);
      expect(() => {
        describeStore('a store', () => new NullStore());
      }).toThrow(`describeStore needs the global function ${name} of a test runner, which is not defined.`);
    } finally {
      Object.assign(globalThis, { [name]: before });
    }
  });
});

describe('a shared store', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  function inMemory(): CreateStore {
    const store = new Map();
    return () => new KeyvStore(new Keyv({ store }));
  }

  it.each<[string, () => void, string]>([
    [
      'stores during a write',
      () => jest.spyOn(SharedLease.prototype, 'isStorable', 'get').mockReturnValue(true),
      'stores nothing during a write to /users, under a lease of any age',
    ],
    [
      'does not compare generations',
      () =>
        jest
          .spyOn(SharedEntries.prototype as never, 'validEntry')
          .mockImplementation(((_: unknown, value?: { entry: Entry }) => Promise.resolve(value?.entry)) as never),
      'serves no entry in any store after one store invalidated it, by any prefix',
    ],
    [
      'shares every fill with every request',
      () => jest.spyOn(SharedLease.prototype, 'canShare').mockReturnValue(true),
      'never shares a fill with a request after an invalidation by another store',
    ],
    [
      'ignores invalidated tags',
      () => jest.spyOn(TagLog.prototype, 'invalidatedSince').mockResolvedValue(false),
      'never serves an entry whose lease is older than an invalidation of a tag of the entry',
    ],
    [
      'does not record invalidated tags',
      () => jest.spyOn(TagLog.prototype, 'append').mockResolvedValue(),
      'never serves an entry whose lease is older than an invalidation of a tag of the entry by another store',
    ],
    [
      'grants every fill lock',
      () =>
        jest
          .spyOn(FillLocks.prototype, 'tryAcquire')
          .mockResolvedValue({ key: 'key', value: Buffer.of(), untilMs: 0, timer: setTimeout(() => undefined) }),
      'grants the lock to one client, and returns its entry to the client that waits',
    ],
    [
      'never marks a response as unshareable',
      () => jest.spyOn(FillLocks.prototype, 'markHitForMiss').mockResolvedValue(),
      'lets present clients fill alone after an unshareable response, and later ones not wait for it',
    ],
    [
      'does not end writes',
      () => jest.spyOn(Generations.prototype, 'endWrites').mockImplementation(seen => Promise.resolve(seen)),
      'stores nothing during a write to /users, under a lease of any age',
    ],
    [
      'does not declare writes',
      () => jest.spyOn(Generations.prototype, 'beginWrite').mockImplementation(seen => Promise.resolve(seen)),
      'stores nothing during a write to /users, under a lease of any age',
    ],
    [
      'replaces a fresh entry by an add',
      () =>
        jest.spyOn(SharedStore.prototype, 'add').mockImplementation(function (this: SharedStore, ...entry) {
          return this.save(...entry);
        }),
      'adds nothing if the address has a fresh entry, and reports it',
    ],
    [
      'adds in two steps',
      () => undefined,
      'stores exactly one of several concurrent adds, also in place of an invalidated entry',
    ],
  ])(
    'fails the suite when it %s',
    async (_defect, breakIt, title) => {
      breakIt();
      expect(await failuresOf(inMemory(), { shared: true, tracksTagsIndividually: false })).toContain(title);
    },
    60_000,
  );
});
