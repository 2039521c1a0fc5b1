import { cache, Memoized } from '../../lib/index.js';
import { Gate } from '../support/deferred.js';
import { describeBreakable } from '../support/breakable.js';
import { startAfresh } from '../support/each.js';
import { entryOf, Processes } from '../support/processes.js';
import { ready } from '../../test-servers/readiness.js';
import { describeOn, sharedStores } from '../support/stores.js';

startAfresh();

let runs = 0;
let version = 1;
let gate: Gate | undefined;

beforeEach(() => {
  runs = 0;
  version = 1;
  gate = undefined;
});

class Users {
  @Memoized()
  async find(name: string): Promise<string> {
    runs++;
    const seen = version;
    await gate?.pass();
    return `${name} ${seen}`;
  }
}

const users = new Users();

describe.each(sharedStores.map(kind => ({ kind })))('a memoized result', ({ kind }) => {
  describeOn(kind, shared => {
    let processes: Processes;

    beforeEach(() => {
      processes = new Processes(shared(), kind.nearBytes);
    });
    afterEach(() => processes.end());

    /** What reaches it: its method, its arguments, everything. */
    const reaching = (): Record<string, () => { prefixes: string[]; tags?: string[] }> => ({
      'its method': () => ({ prefixes: [], tags: ['//memoized/Users find'] }),
      'its arguments': () => ({ prefixes: [processes.lastAddress.path.path] }),
      everything: () => ({ prefixes: ['/'] }),
    });

    it.each(['its method', 'its arguments', 'everything'])(
      'is not stored when another process invalidates %s while it is computed (R2)',
      async what => {
        processes.configure();
        const other = processes.open();
        gate = new Gate();
        const old = users.find('bob');
        const resume = await gate.next();
        version = 2;
        await other.store.invalidate(reaching()[what]!());
        resume();
        expect(await old).toBe('bob 1');
        gate = undefined;
        expect(await users.find('bob')).toBe('bob 2');
      },
    );

    it('does not come back when it was on its way to the store (R4)', async () => {
      const driver = processes.configureHeld();
      const other = processes.open();
      const write = driver.hold('set', 'before', key => key.includes(':e:'));
      await users.find('bob');
      await write.arrived.promise;
      version = 2;
      await cache.invalidateMemoized(Users, 'find', ['bob']);
      write.release();
      expect(await users.find('bob')).toBe('bob 2');
      expect(await other.hit(processes.lastAddress)).not.toBe('"bob 1"');
    });

    it('is waited for by other processes', async () => {
      processes.configure();
      const other = processes.open();
      gate = new Gate();
      const computed = users.find('bob');
      const resume = await gate.next();
      const { lease } = (await other.store.lease(processes.lastAddress)) as { lease: object };
      const claim = other.store.acquireFillLock(processes.lastAddress, lease, 20_000);
      resume();
      await computed;
      expect(await claim).toMatchObject({ kind: 'filled', entry: { response: { body: Buffer.from('"bob 1"') } } });
    });

    it('of another process is waited for by this', async () => {
      processes.configure();
      const other = processes.open();
      await users.find('bob');
      const { lastAddress } = processes;
      await cache.clear();
      const { lease } = (await other.store.lease(lastAddress)) as { lease: object };
      expect(await other.store.acquireFillLock(lastAddress, lease, 20_000)).toEqual({ kind: 'granted' });
      const found = users.find('bob');
      expect(await other.store.save(lastAddress, entryOf('"from elsewhere"'), lease)).toBe(true);
      expect(await found).toBe('from elsewhere');
      expect(runs).toBe(1);
    });
  });
});

describeBreakable('a memoized method while the store cannot be reached', current => {
  it('runs, and a result that was invalidated during the outage does not return (R12, R14)', async () => {
    const { processes, on } = current();
    processes.configure({ storeTimeout: 0.2 });
    await ready('the store serves', async () => {
      const before = runs;
      await users.find('bob');
      return runs === before;
    });
    await ready('the store serves', async () => {
      const before = runs;
      await users.find('eve');
      return runs === before;
    });
    on.proxy.refuse();
    on.proxy.cut();
    version = 2;
    expect(await users.find('bob')).toBe('bob 2');
    await cache.invalidateMemoized(Users, 'find', ['bob']);
    await on.proxy.accept();
    await ready('the store serves again', async () => (await users.find('eve')) === 'eve 1');
    expect(await users.find('bob')).toBe('bob 2');
    expect(processes.errors.map(({ code }) => code)).toContain('CACHE_INVALIDATION_UNDELIVERED');
  });
});
