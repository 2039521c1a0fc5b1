import { cache, InvalidatesCache } from '../../lib/index.js';
import { DeclaredWrite } from '../../lib/writes/declared-write.js';
import { WriteScopes } from '../../lib/writes/write-scopes.js';
import { RuntimeHolder } from '../../lib/runtime/runtime-holder.js';
import { Changes } from '../../lib/writes/changes.js';
import { describeBreakable } from '../support/breakable.js';
import { Gate } from '../support/deferred.js';
import { startAfresh, until } from '../support/each.js';
import { Processes } from '../support/processes.js';
import { describeOn, sharedStores } from '../support/stores.js';

startAfresh();

let gate: Gate | undefined;
let changes: number;

beforeEach(() => {
  gate = undefined;
  changes = 0;
});

class Service {
  @InvalidatesCache('/users/bob')
  async change(): Promise<string> {
    changes++;
    await gate?.pass();
    return 'done';
  }
}

const ADDRESS = { key: 'k', path: { path: '/users/bob', ignoresCase: false } };
const WAYS: readonly (readonly [string, () => Promise<string>])[] = [
  ['a method of a service', () => new Service().change()],
  ['cache.changing', () => cache.changing('/users/bob', () => new Service().change())],
  [
    'cache.changing within cache.changing',
    () => cache.changing('/', () => cache.changing('/users/bob', () => new Service().change())),
  ],
];

describe.each(sharedStores.map(kind => ({ kind })))('a change from anywhere on a shared store', ({ kind }) => {
  describeOn(kind, shared => {
    let processes: Processes;

    beforeEach(() => {
      processes = new Processes(shared(), kind.nearBytes);
    });
    afterEach(() => processes.end());

    it.each(WAYS)('prevents the storage of computations of other processes during it: %s', async (_, change) => {
      processes.configure();
      const other = processes.open();
      const earlier = await other.compute(ADDRESS);
      gate = new Gate();
      const changed = change();
      const resume = await gate.next();
      const meanwhile = await other.compute(ADDRESS);
      expect(await earlier('old')).toBe(false);
      expect(await meanwhile('old')).toBe(false);
      resume();
      expect(await changed).toBe('done');
      expect(await (await other.compute(ADDRESS))('new')).toBe(true);
      expect(await other.hit(ADDRESS)).toBe('new');
    });
  });
});

describeBreakable('a change from anywhere, while the store cannot be reached', current => {
  it.each(WAYS)('is refused before the work with whenUnreachable: refuse: %s', async (_, change) => {
    const { processes, on } = current();
    processes.configure({ whenUnreachable: 'refuse' });
    await change();
    on.proxy.refuse();
    on.proxy.cut();
    const before = changes;
    await expect(change()).rejects.toMatchObject({ name: 'ChangeRefused', httpCode: 503 });
    expect(changes).toBe(before);
    await on.proxy.accept();
  });

  it.each(WAYS)('runs with whenUnreachable: continue, and other processes get the invalidation later: %s', async (_, change) => {
    const { processes, elsewhere, on } = current();
    processes.configure({ storeTimeout: 2 });
    const other = elsewhere.open();
    await change();
    expect(await (await other.compute(ADDRESS))('old')).toBe(true);
    on.proxy.refuse();
    on.proxy.cut();
    expect(await change()).toBe('done');
    expect(processes.errors.some(({ code }) => code === 'CACHE_INVALIDATION_UNDELIVERED')).toBe(true);
    await on.proxy.accept();
    let text: string | undefined = 'old';
    await until(() => {
      void other.hit(ADDRESS).then(found => (text = found));
      return text === undefined;
    });
  });
});

describe('the first change of a program', () => {
  it('is included in every change that runs: it may be part of each of them', async () => {
    const runtimes = new RuntimeHolder();
    const scopes = new WriteScopes(runtimes);
    const outer = scopes.open({ label: 'Users.change', by: 'PUT /users', settleMs: 0 });
    const invalidate = jest.spyOn(runtimes.get().store, 'invalidate');
    await new Changes(runtimes, scopes).run(
      { label: 'first', settleMs: 0, targets: [() => ({ prefixes: ['/users/bob'] })] },
      () => Promise.resolve(1),
    );
    expect(invalidate.mock.calls.map(([targets]) => targets.prefixes)).toEqual([['/users/bob']]);
    outer.end();
    await outer.commit({ prefixes: ['/users'] });
    expect(invalidate.mock.calls.at(-1)?.[0].prefixes).toEqual(['/users', '/users/bob']);
    expect(scopes.alsoInvalidating).toEqual([]);
  });
});

describe('a declared write', () => {
  it('that lasts too long ends: a change within it has its own declaration, and both invalidate its targets', async () => {
    const runtimes = new RuntimeHolder();
    const intents = [1, 2].map(() => ({ invalidate: jest.fn(), commit: jest.fn(), abort: jest.fn() }));
    const beginWrite = jest.fn().mockResolvedValueOnce(intents[0]).mockResolvedValueOnce(intents[1]);
    Object.assign(runtimes.get().store, { beginWrite });
    const scopes = new WriteScopes(runtimes);
    scopes.start();
    const outer = scopes.open({ label: 'Users.change', by: 'PUT /users', settleMs: 0 });
    await outer.begin({ prefixes: ['/users'] });
    outer.lapse({ prefixes: ['/users'] });
    await scopes.run(outer, () =>
      new Changes(runtimes, scopes).run({ label: 'inner', settleMs: 0, targets: [() => ({ prefixes: ['/inner'] })] }, () => 1),
    );
    expect(beginWrite).toHaveBeenCalledTimes(2);
    expect(intents[1]!.commit).toHaveBeenCalledWith({ prefixes: ['/inner'], tags: [] }, 0);
    const invalidate = jest.spyOn(runtimes.get().store, 'invalidate');
    outer.end();
    await outer.commit({ prefixes: ['/users'] });
    expect(invalidate.mock.calls[0]?.[0]).toEqual({ prefixes: ['/users', '/inner'], tags: [] });
  });

  it('survives a store that throws at once', async () => {
    const runtimes = new RuntimeHolder();
    const beginWrite = jest.fn(() => {
      throw new Error('at once');
    });
    Object.assign(runtimes.get().store, { beginWrite });
    expect(await new Changes(runtimes, new WriteScopes(runtimes)).run({ label: 'a', settleMs: 0, targets: [] }, () => 5)).toBe(5);
  });

  it('is begun once for several concurrent writes within it', async () => {
    const runtimes = new RuntimeHolder();
    const intent = { invalidate: jest.fn(), commit: jest.fn(), abort: jest.fn() };
    const beginWrite = jest.fn(() => Promise.resolve(intent));
    Object.assign(runtimes.get().store, { beginWrite });
    const write = new DeclaredWrite(runtimes.get(), () => runtimes.get(), {
      label: 'Users.change',
      by: 'PUT /users',
      settleMs: 0,
    });
    const joined = ['/a', '/b', '/c'].map(async prefix => write.join({ prefixes: [prefix] }, 0));
    expect(await Promise.all(joined)).toEqual([true, true, true]);
    expect(beginWrite).toHaveBeenCalledTimes(1);
    expect(intent.invalidate).toHaveBeenCalledTimes(2);
    await write.commit({ prefixes: ['/d'] });
    expect(intent.commit).toHaveBeenCalledWith({ prefixes: ['/d', '/a', '/b', '/c'], tags: [] }, 0);
  });
});
