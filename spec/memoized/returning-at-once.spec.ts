import { cache, Memoized, SimpleStore, type Address, type CacheFault } from '../../lib/index.js';
import { startAfresh, until } from '../support/each.js';
import { describeEveryStore } from '../support/every-store.js';

startAfresh();

let runs: string[] = [];

beforeEach(() => {
  runs = [];
});

/** New for each test: what is known of its methods was learned in it. */
function newService() {
  class Service {
    @Memoized()
    sum(a: number, b = 1): number {
      runs.push(`sum ${a} ${b}`);
      return a + b;
    }

    @Memoized()
    list(): number[] {
      runs.push('list');
      return [1];
    }

    @Memoized()
    fails(): number {
      runs.push('fails');
      throw new Error('no');
    }

    // What TypeScript says of it is not known when it runs.
    @Memoized()
    undeclared(id: number) {
      runs.push(`undeclared ${id}`);
      return Promise.resolve({ id });
    }

    @Memoized({ unless: () => Promise.resolve(false) })
    waiting(): number {
      return runs.push('waiting');
    }

    @Memoized({ forcedUpdate: (_a: number, isForced?: boolean) => isForced === true, argsToIgnore: [1] })
    forced(a: number, _isForced?: boolean): number {
      return a + runs.push('forced');
    }
  }
  return new Service();
}

describeEveryStore('a memoized method that returns at once', store => {
  it('does so if the store does, and otherwise runs each time, with one report', async () => {
    const faults = store().configure();
    const service = newService();
    expect([service.sum(1), service.sum(1), service.sum(1, undefined), service.sum(2)]).toEqual([2, 2, 2, 3]);
    if (!store().isAway) {
      expect(runs).toEqual(['sum 1 1', 'sum 2 1']);
      expect(faults).toEqual([]);
      await cache.invalidateMemoized(service.constructor as new () => typeof service, 'sum', [1]);
      expect(service.sum(1)).toBe(2);
      expect(runs).toHaveLength(3);
      return;
    }
    expect(runs).toHaveLength(4);
    expect(faults.map(({ message }) => message)).toEqual([
      'CACHE_NOT_MEMOIZED: Service.sum is not memoized: it returns no promise, and the store answers with promises. Declare it async.',
    ]);
    await cache.clear();
  });

  it('is memoized where it turns out to return promises, though nothing declares it', async () => {
    const faults = store().configure();
    const service = newService();
    const first = service.undeclared(1);
    expect(first).toBeInstanceOf(Promise);
    expect(await first).toEqual({ id: 1 });
    const known = runs.length;
    for (let call = 0; call < 3; call++) expect(await service.undeclared(1)).toEqual({ id: 1 });
    expect(await Promise.all([service.undeclared(2), service.undeclared(2)])).toEqual([{ id: 2 }, { id: 2 }]);
    // A store that answers with promises is asked when the first run has told that whoever calls waits.
    expect(runs.slice(known)).toEqual(store().isAway ? ['undeclared 1', 'undeclared 2'] : ['undeclared 2']);
    expect(faults).toEqual([]);
  });
});

describe('a memoized method that returns at once', () => {
  let faults: CacheFault[];

  beforeEach(() => {
    faults = [];
    cache.configure({ onError: fault => faults.push(fault) });
  });

  it('runs once for calls at once, from its first run on', async () => {
    const service = newService();
    expect(await Promise.all([service.undeclared(1), service.undeclared(1)])).toEqual([{ id: 1 }, { id: 1 }]);
    expect(runs).toEqual(['undeclared 1']);
  });

  it('gives copies', () => {
    const service = newService();
    service.list();
    service.list().push(2);
    expect(service.list()).toEqual([1]);
    expect(runs).toEqual(['list']);
  });

  it('does not store an error', () => {
    const service = newService();
    for (let call = 0; call < 2; call++) expect(() => service.fails()).toThrow('no');
    expect(runs).toHaveLength(2);
  });

  it('cannot wait for unless, and reports that once', () => {
    const service = newService();
    expect([service.waiting(), service.waiting()]).toEqual([1, 2]);
    expect(faults.map(({ message }) => message)).toEqual([
      'CACHE_NOT_MEMOIZED: Service.waiting is not memoized: it returns no promise, and unless or forcedUpdate returns a promise. Declare it async.',
    ]);
  });

  it('leaves no computation begun in a store that it does not wait for', async () => {
    await cache.reset();
    const store = new SimpleStore();
    const lookUp = store.lookup.bind(store);
    const late = Object.assign(store, { lookup: (address: Address) => Promise.resolve(lookUp(address)) as never });
    const release = jest.spyOn(store, 'release');
    cache.configure({ store: late, onError: () => undefined });
    newService().sum(1);
    await until(() => release.mock.calls.length === 1);
  });

  it('computes a new result if it is forced', () => {
    const service = newService();
    expect([service.forced(0), service.forced(0), service.forced(0, true), service.forced(0)]).toEqual([1, 1, 2, 2]);
  });
});
