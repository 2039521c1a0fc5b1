import { Keyv } from 'keyv';
import {
  CacheUsageError,
  NullStore,
  SimpleStore,
  type Address,
  type Clock,
  type Entry,
  type Fence,
  type Store,
} from '../../lib/index.js';
import { KeyvStore } from '../../lib/keyv.js';
import { describeStore, type CreateStore, type StoreCapabilities } from '../../lib/testing.js';
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

/** A test runner that only collects. */
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
  it('passes the suite, used as the docs use it', async () => {
    const store = runModule(source);
    const tests = collect(() => {
      runModule(usage, { './map-store.js': store, 'routing-controllers-cache/testing': { describeStore } });
    });
    expect(tests.length).toBeGreaterThan(30);
    for (const { run } of tests) await run();
  });

  // [the defect, what stands in the page, what stands there instead, a test that fails]
  it.each<[string, string, string, string]>([
    [
      'ignores fences',
      'if (isCurrent) this',
      'if (isCurrent || !isCurrent) this',
      'never serves what was begun before one of several invalidations',
    ],
    [
      'forgets those who compute when it invalidates',
      'if (isUnder(computation.path, prefix)) this.release(computation);',
      ';',
      'never serves what was begun before an invalidation of /, whatever way it was begun',
    ],
    [
      'ends only fences whose path is just the prefix',
      'isUnder(computation.path, prefix)',
      'computation.path.path === prefix',
      'never serves what was begun before an invalidation of /users, whatever way it was begun',
    ],
    [
      'matches prefixes by their characters',
      'inner.startsWith(`${outer}/`)',
      'inner.startsWith(outer)',
      'invalidates all at and under a prefix, and leaves what is beside it',
    ],
    [
      'invalidates only the exact path',
      ' || inner.startsWith(`${outer}/`)',
      '',
      'invalidates all at and under a prefix, and leaves what is beside it',
    ],
    ['does not know the root', "outer === '/' || ", '', 'invalidates everything by "/"'],
    [
      'takes only the first of several prefixes',
      'of prefixes)',
      'of prefixes.slice(0, 1))',
      'invalidates several prefixes at once, and none',
    ],
    [
      'invalidates nothing that is kept',
      'this.entries.delete(name)',
      'void name',
      'invalidates what was looked up before, and so may be at hand',
    ],
    [
      'forgets expiry',
      'if (expiresAtMs > this.clock.now())',
      'if (keptUntilMs > 0)',
      'serves an entry until it expires, and not from then on',
    ],
    [
      'serves at the moment of expiry',
      'if (expiresAtMs > this',
      'if (expiresAtMs >= this',
      'serves an entry until it expires, and not from then on',
    ],
    [
      'brings nothing that has expired',
      'stale: keptUntilMs > this',
      'stale: keptUntilMs < this',
      'gives what has expired with the lease of a miss, as long as it is kept',
    ],
    [
      'brings what has expired for ever',
      'stale: keptUntilMs > this.clock.now()',
      'stale: keptUntilMs > 0',
      'keeps what has expired no longer where nothing says so',
    ],
    ['deletes nothing', 'return this.entries.delete(', 'return this.entries.has(', 'deletes one entry, and no other'],
    [
      'loses what never expires',
      'if (expiresAtMs > this',
      'if (expiresAtMs < 1e300 && expiresAtMs > this',
      'serves an entry until it expires, and not from then on',
    ],
    [
      'takes keys for the same whatever their case',
      'path.path, key]',
      'path.path, key.toLowerCase()]',
      'keeps keys that look alike apart',
    ],
    ['cuts long keys', 'path.path, key]', 'path.path, key.slice(0, 250)]', 'keeps keys that look alike apart'],
    ['normalises keys', 'path.path, key]', "path.path, key.normalize('NFC')]", 'keeps keys that look alike apart'],
    ['trims keys', 'path.path, key]', 'path.path, key.trim()]', 'keeps keys that look alike apart'],
    [
      'looks at keys alone',
      '[path.path, key]',
      '[key]',
      'never serves under one path what was computed before that path was invalidated, though it came by another',
    ],
    [
      'sees letter case in folded paths',
      'folded ? ',
      'false ? ',
      'reaches a path whose letter case says nothing by any spelling, and leaves others',
    ],
    [
      'sees letter case in no path',
      'folded ? ',
      '!folded || folded ? ',
      'invalidates all at and under a prefix, and leaves what is beside it',
    ],
    [
      'lets every computation answer everybody',
      'return isCurrent && path',
      'return path',
      'lets a computation answer who asks later, until an invalidation',
    ],
    [
      'lets no computation answer anybody',
      'return isCurrent && path',
      'return !isCurrent && path',
      'lets a computation answer who asks later, until an invalidation',
    ],
    [
      'lets a computation of one path answer for another',
      ' && path.path === (later as Computation).path.path',
      ' && later !== undefined',
      'never lets a computation of one path answer for another that was invalidated since',
    ],
    [
      'keeps the first',
      'if (isCurrent) this',
      'if (isCurrent && !this.entries.has(nameOf(address))) this',
      'gives what was kept last',
    ],
    [
      'says that it has kept what it has not',
      'if (isCurrent) this.entries.set',
      'if (!isCurrent) this.entries.set',
      'gives what was kept under the lease of a look-up, and says that it has kept it',
    ],
    [
      'does not say that it has kept',
      'return isCurrent;',
      'return false;',
      'gives what was kept under the lease of a look-up, and says that it has kept it',
    ],
    [
      'forgets headers',
      '{ path: address.path, tags, entry }',
      '{ path: address.path, tags, entry: { ...entry, response: { ...entry.response, headers: [] } } }',
      'gives back every part of an entry, exactly',
    ],
    [
      'keeps bodies as text',
      '{ path: address.path, tags, entry }',
      '{ path: address.path, tags, entry: { ...entry, response: { ...entry.response, body: Buffer.from(String(entry.response.body)) } } }',
      'gives back every part of an entry, exactly',
    ],
    [
      'forgets the reason phrase',
      '{ path: address.path, tags, entry }',
      '{ path: address.path, tags, entry: { ...entry, response: { ...entry.response, statusMessage: undefined } } }',
      'gives back every part of an entry, exactly',
    ],
    [
      'ignores tags',
      '{ prefixes, tags = [] }',
      '{ prefixes }, tags: string[] = []',
      'invalidates what has a tag of its address, and nothing else',
    ],
    [
      'ignores tags that entries bring',
      ', ...(entry.tags ?? [])]',
      ']',
      'invalidates what has a tag that it brings, and nothing else',
    ],
    ['ignores tags of addresses', '...(address.tags ?? []), ', '', 'invalidates what has a tag of its address, and nothing else'],
    [
      'takes only the first of several tags',
      'of tags)',
      'of tags.slice(0, 1))',
      'invalidates what has a tag that it brings, and nothing else',
    ],
    [
      'does not lease tags',
      ' && !tags.some(tag => invalidated.has(tag))',
      ' && invalidated.size >= 0',
      'never serves what was begun before an invalidation of a tag that it brings',
    ],
    [
      'does not lease tags that entries bring',
      '!tags.some(tag => invalidated.has(tag))',
      '!(address.tags ?? []).some(tag => invalidated.has(tag))',
      'never serves what was begun before an invalidation of a tag that it brings',
    ],
    [
      'knows only the last tag that was invalidated',
      'invalidated.add(tag)',
      'invalidated.clear(), computation.invalidated.add(tag)',
      'never serves what was begun before an invalidation of a tag of its address',
    ],
    [
      'ends every computation when any tag is invalidated',
      'computation.invalidated.add(tag)',
      'this.release(computation)',
      'keeps what was begun before invalidations of other tags than those that it brings',
    ],
    [
      'lets a computation answer whatever tags were invalidated',
      'if (isReached) return false;',
      '',
      'lets nothing that was begun before an invalidation of a tag of its address answer later ones',
    ],
    [
      'lets a computation answer that may come to have a tag that was invalidated',
      'awaitsTags === true',
      'awaitsTags === undefined',
      'lets nothing that was begun before an invalidation of a tag that it brings answer later ones',
    ],
    ['miscounts', 'this.entries.size, bytes', '0, bytes', 'says how large it is'],
    ['does not count bytes', 'bytes += entry', 'bytes += 0 * entry', 'says how large it is'],
    ['rejects', 'close(): void {', "close(): void { throw new Error('still busy');", 'closes, whatever is under way'],
  ])('fails the suite when it %s', async (_defect, before, after, title) => {
    expect(source.split(before).length).toBeGreaterThan(1);
    expect(await failuresOf(storeFrom(source.replaceAll(before, after)), { servesStale: true })).toContain(title);
  });

  it('fails through histories alone where nothing else shows it: a lease that does not see invalidations while it is saved', async () => {
    const create: CreateStore = settings => {
      const inner = storeFrom(source)(settings) as Store;
      const late: Store = Object.assign(Object.create(inner) as Store, {
        // The check and the write are two steps, and an invalidation may come in between.
        save: async (...[address, entry, lease]: [Address, Entry, Fence]) => {
          if (!inner.canShare(lease, lease)) return false;
          await new Promise(resolve => setImmediate(resolve));
          inner.release(lease, 'unused');
          const begun = await inner.lease(address);
          return inner.save(address, entry, (begun as { lease: object }).lease);
        },
      });
      return late;
    };
    const failures = await failuresOf(create, { tracksTagsIndividually: false });
    expect(failures).not.toEqual([]);
    expect(failures.every(title => title.startsWith('is coherent through requests and changes that overlap'))).toBe(true);
  });
});

describe('the suite', () => {
  it('fails a store that keeps nothing', async () => {
    expect(await failuresOf(() => new NullStore())).toContain('gives what was kept last');
  });

  it('fails a store that does not stay within its bounds', async () => {
    const bounds = { bounded: 50_000, largestBody: 40_000 };
    expect(await failuresOf(({ clock }) => new SimpleStore({ clock, maxBytes: 100_000 }), bounds)).toEqual([
      'stays within its bounds, and keeps what comes',
    ]);
  });

  it('fails a store that says it is shared and is not', async () => {
    const failures = await failuresOf(({ clock }) => new SimpleStore({ clock }), {
      shared: true,
      fillLocks: false,
      writeIntents: false,
    });
    expect(failures).toContain('gives one what another has kept, also in place of what it knew');
  });

  it('does not wait for the clock to be heeded where that is not said', async () => {
    const failures = await failuresOf(() => new SimpleStore({ clock: { now: () => Date.now() } }), { usesGivenClock: false });
    expect(failures).toEqual([]);
  });

  it('fails a store that has reported a fault', async () => {
    const create: CreateStore = settings => {
      settings.reportFault('FAULT', 'something', new Error('cause'));
      return new SimpleStore(settings);
    };
    expect(await failuresOf(create)).toContain('misses what nobody has kept');
  });

  it.each([['describe'], ['it']] as const)('names the global that is missing: %s', name => {
    const globals: Record<string, unknown> = globalThis;
    const { [name]: before } = globals;
    try {
      Object.assign(globalThis, { [name]: undefined });
      expect(() => {
        describeStore('a store', () => new NullStore());
      }).toThrow(CacheUsageError);
      expect(() => {
        describeStore('a store', () => new NullStore());
      }).toThrow(`describeStore needs the global function ${name} of a test runner, and there is none.`);
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
      'keeps while a change lasts',
      () => jest.spyOn(SharedLease.prototype, 'isStorable', 'get').mockReturnValue(true),
      'keeps nothing while a change of /users lasts, whenever it was begun',
    ],
    [
      'does not compare generations',
      () =>
        jest
          .spyOn(SharedEntries.prototype as never, 'validEntry')
          .mockImplementation(((_: unknown, value?: { entry: Entry }) => Promise.resolve(value?.entry)) as never),
      'serves nobody what one has invalidated, by whichever prefix',
    ],
    [
      'lets every computation answer everybody',
      () => jest.spyOn(SharedLease.prototype, 'canShare').mockReturnValue(true),
      'lets no computation answer who asks after an invalidation by another',
    ],
    [
      'does not look whether tags were invalidated',
      () => jest.spyOn(TagLog.prototype, 'invalidatedSince').mockResolvedValue(false),
      'never serves what was begun before an invalidation of a tag that it brings',
    ],
    [
      'does not say which tags are invalidated',
      () => jest.spyOn(TagLog.prototype, 'append').mockResolvedValue(),
      'never serves what was begun before an invalidation of a tag that it brings by another',
    ],
    [
      'grants every claim',
      () =>
        jest
          .spyOn(FillLocks.prototype, 'tryAcquire')
          .mockResolvedValue({ key: 'key', untilMs: 0, timer: setTimeout(() => undefined) }),
      'grants one the computation, and gives the other what comes of it',
    ],
    [
      'never says that a computation has ended',
      () => jest.spyOn(FillLocks.prototype, 'markHitForMiss').mockResolvedValue(),
      'tells all apart when what came out cannot be shared, who waits and who comes',
    ],
    [
      'does not end changes',
      () => jest.spyOn(Generations.prototype, 'endWrites').mockImplementation(seen => Promise.resolve(seen)),
      'keeps nothing while a change of /users lasts, whenever it was begun',
    ],
    [
      'does not announce changes',
      () => jest.spyOn(Generations.prototype, 'beginWrite').mockImplementation(seen => Promise.resolve(seen)),
      'keeps nothing while a change of /users lasts, whenever it was begun',
    ],
    [
      'adds over what stands there',
      () =>
        jest.spyOn(SharedStore.prototype, 'add').mockImplementation(function (this: SharedStore, ...entry) {
          return this.save(...entry);
        }),
      'keeps nothing where an entry stands, and says so',
    ],
    ['adds in two steps', () => undefined, 'keeps one of many that are added at once, also in place of what is dead'],
  ])(
    'fails the suite when it %s',
    async (_defect, breakIt, title) => {
      breakIt();
      expect(await failuresOf(inMemory(), { shared: true, tracksTagsIndividually: false })).toContain(title);
    },
    60_000,
  );
});
