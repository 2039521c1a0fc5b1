import { Get, JsonController } from 'routing-controllers';
import { cache, Cached, Memoized } from '../../lib/index.js';
import { Gate } from '../support/deferred.js';
import { startAfresh, until } from '../support/each.js';
import { describeEveryStore } from '../support/every-store.js';
import { recordEvents, unsubscribeAll } from '../support/recorded-events.js';
import { Processes } from '../support/processes.js';
import { TestServer } from '../support/server.js';
import { describeOn, sharedStores } from '../support/stores.js';
import { holdTime } from '../support/time.js';

startAfresh();
afterEach(unsubscribeAll);

let avatar: string;
/** Where computations wait. */
const gates: { inner?: Gate | undefined; outer?: Gate | undefined } = {};

beforeEach(() => {
  avatar = 'dog';
  gates.inner = undefined;
  gates.outer = undefined;
});

class Users {
  @Memoized({ tags: () => ['user:bob'] })
  async avatar(): Promise<string> {
    const read = avatar;
    await gates.inner?.pass();
    return read;
  }
}

class Lists {
  @Memoized()
  async friends(): Promise<string> {
    const read = await users.avatar();
    await gates.outer?.pass();
    return `friend ${read}`;
  }
}

const users = new Users();
const lists = new Lists();

@JsonController()
class Pages {
  @Get('/friends')
  @Cached({ timeout: 10, staleWhileRevalidate: 600 })
  async friends(): Promise<string> {
    const read = await users.avatar();
    await gates.outer?.pass();
    return read;
  }
}

const CHANGES = {
  'all results': () => cache.invalidateMemoized(Users, 'avatar'),
  'the one result': () => cache.invalidateMemoized(Users, 'avatar', []),
  'a tag of it': () => cache.invalidateTags('user:bob'),
} as const;

/** Changes the data and invalidates, while a computation waits. @returns the computation, and the function that lets it continue */
async function changeDuring<Answer>(
  place: 'inner' | 'outer',
  compute: () => Promise<Answer>,
  invalidate: () => Promise<unknown>,
): Promise<{ readonly old: Promise<Answer>; readonly resume: () => void }> {
  const gate = new Gate();
  gates[place] = gate;
  const old = compute();
  const resume = await gate.next();
  avatar = 'fox';
  await invalidate();
  gates[place] = undefined;
  return { old, resume };
}

describeEveryStore('an invalidation of an inner result', store => {
  let server: TestServer;

  beforeEach(async () => {
    store().configure();
    server = await TestServer.ofControllers([Pages]);
  });

  describe.each(Object.entries(CHANGES))('by %s', (_, invalidate) => {
    it.each([true, false])(
      'between its use and the end of the response: the response is not stored (R1, inner was a hit: %s)',
      async isHit => {
        if (isHit) await users.avatar();
        const { old, resume } = await changeDuring('outer', () => server.get('/friends'), invalidate);
        resume();
        expect((await old).text).toContain('dog');
        expect((await server.get('/friends')).text).toContain('fox');
      },
    );

    it('between its use and the end of a result: the result is not stored (R1)', async () => {
      await users.avatar();
      const { old, resume } = await changeDuring('outer', () => lists.friends(), invalidate);
      resume();
      expect(await old).toBe('friend dog');
      expect(await lists.friends()).toBe('friend fox');
    });

    it('during its computation: neither it nor the response is stored (R1)', async () => {
      const { old, resume } = await changeDuring('inner', () => server.get('/friends'), invalidate);
      resume();
      expect((await old).text).toContain('dog');
      expect((await server.get('/friends')).text).toContain('fox');
    });

    it('while the old response is still computed: a later request does not get it (R3)', async () => {
      const { old, resume } = await changeDuring('outer', () => server.get('/friends'), invalidate);
      expect((await server.get('/friends')).text).toContain('fox');
      resume();
      expect((await old).text).toContain('dog');
      expect((await server.get('/friends')).text).toContain('fox');
    });
  });

  it('during a refresh behind an expired response: the refreshed one is not stored (R5)', async () => {
    const time = holdTime();
    await cache.reset();
    store().configure();
    await server.get('/friends');
    await until(() => cache.stats().stores === 1);
    time.forwardSeconds(20);
    gates.outer = new Gate();
    expect((await server.get('/friends')).headers['cache-status']).toContain('stale');
    const resume = await gates.outer.next();
    avatar = 'fox';
    await cache.invalidateTags('user:bob');
    gates.outer = undefined;
    resume();
    expect((await server.get('/friends')).text).toContain('fox');
  });
});

describe.each(sharedStores.map(kind => ({ kind })))('an invalidation of an inner result on a shared store', ({ kind }) => {
  describeOn(kind, shared => {
    let processes: Processes;

    beforeEach(() => {
      processes = new Processes(shared(), kind.nearBytes);
    });
    afterEach(() => processes.end());

    it('by another process, between its use and the end of the response: the response is not stored (R2)', async () => {
      const server = await processes.serve(Pages);
      const other = processes.open();
      await users.avatar();
      const { old, resume } = await changeDuring(
        'outer',
        () => server.get('/friends'),
        () => other.store.invalidate({ prefixes: [], tags: ['user:bob'] }),
      );
      resume();
      expect((await old).text).toContain('dog');
      expect((await server.get('/friends')).text).toContain('fox');
    });

    it('while the response is on its way to the store: it does not come back (R4)', async () => {
      const { server, driver } = await processes.serveHeld(Pages);
      await users.avatar();
      const write = driver.hold('set', 'before', key => key.includes(':e:'));
      const old = server.get('/friends');
      await write.arrived.promise;
      avatar = 'fox';
      const changed = cache.invalidateTags('user:bob');
      write.release();
      await Promise.all([changed, old]);
      expect((await server.get('/friends')).text).toContain('fox');
    });

    it('by a change of another process that runs: nothing made of it is stored until the change ends', async () => {
      const server = await processes.serve(Pages);
      const other = processes.open();
      const change = await other.store.beginWrite({ prefixes: [], tags: ['user:bob'] });
      const outcomes = recordEvents('outcome');
      expect((await server.get('/friends')).text).toContain('dog');
      await until(() => outcomes.length === 1);
      avatar = 'fox';
      expect((await server.get('/friends')).text).toContain('fox');
      await change.commit({ prefixes: [], tags: ['user:bob'] });
      await server.get('/friends');
      await until(() => cache.stats().stores === 1);
      expect((await server.get('/friends')).outcome).toBe('hit');
    });
  });
});
