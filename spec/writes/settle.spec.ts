import { Get, JsonController, Param, Put } from 'routing-controllers';
import { cache, Cached, CacheDefaults, InvalidatesCache, Memoized, type CacheOptions } from '../../lib/index.js';
import { Gate } from '../support/deferred.js';
import { startAfresh, until } from '../support/each.js';
import { describeEveryStore } from '../support/every-store.js';
import { recordEvents, unsubscribeAll } from '../support/recorded-events.js';
import { entryOf, leaseOver, Processes } from '../support/processes.js';
import { TestServer } from '../support/server.js';
import { describeOn, sharedStores } from '../support/stores.js';
import { holdTime, type MovedTime } from '../support/time.js';
import { ready } from '../../test-servers/readiness.js';

startAfresh();
afterEach(unsubscribeAll);

let version: number;
let gate: Gate | undefined;

beforeEach(() => {
  version = 1;
  gate = undefined;
});

class Service {
  @InvalidatesCache('/users', { settle: 5 })
  async change(): Promise<void> {
    version++;
    return Promise.resolve();
  }

  @Memoized({ tags: ['users'] })
  async memoized(): Promise<number> {
    return Promise.resolve(version);
  }
}

const service = new Service();

@JsonController('/users')
class Users {
  @Get('/:name')
  @Cached({ timeout: 600, tags: () => ['computed'] })
  async user(@Param('name') name: string): Promise<string> {
    const read = version;
    await gate?.pass();
    return `${name} ${read}`;
  }

  @Put('/:name')
  @InvalidatesCache('/users/:name', { settle: 5 })
  change(): string {
    return `changed ${++version}`;
  }
}

@JsonController('/others')
@CacheDefaults({ settle: 5 })
class Others {
  @Put('/default')
  @InvalidatesCache('/users')
  byDefault(): string {
    return `changed ${++version}`;
  }

  @Put('/none')
  @InvalidatesCache('/users', { settle: 0 })
  none(): string {
    return `changed ${++version}`;
  }
}

@JsonController('/plain')
class Plain {
  @Put('/')
  @InvalidatesCache('/users')
  change(): string {
    return `changed ${++version}`;
  }
}

type Way = (server: TestServer) => Promise<unknown>;

const WAYS: Readonly<Record<string, { readonly change: Way; readonly options?: CacheOptions }>> = {
  'an action': { change: server => server.put('/users/bob') },
  'the default of a class': { change: server => server.put('/others/default') },
  'the configuration': { change: server => server.put('/plain'), options: { settle: 5 } },
  'a method of a service': { change: () => service.change() },
  'cache.changing': { change: () => cache.changing('/users/bob', () => version++, { settle: 5 }) },
  'cache.changing by a computed tag': { change: () => cache.changing({ tags: ['computed'] }, () => version++, { settle: 5 }) },
  'a change within a change': {
    change: () => cache.changing('/elsewhere', () => cache.changing('/users/bob', () => version++, { settle: 5 })),
  },
};

/** The time of a shared store passes by itself: such a store is asked until it has. */
describeEveryStore('a change that settles', store => {
  let time: MovedTime;
  let server: TestServer;

  async function start(options: CacheOptions = {}): Promise<void> {
    time = holdTime();
    await cache.reset();
    store().configure(options);
    server = await TestServer.ofControllers([Users, Others, Plain]);
  }

  if (process.env.FAST_SPECS === undefined) {
    it('is stored again when it has settled', async () => {
      await start();
      await cache.changing('/users/bob', () => version++, { settle: 0.2 });
      await server.get('/users/bob');
      if (!store().isAway) time.forwardSeconds(0.2);
      await ready('it is stored', async () => (await server.get('/users/bob')).outcome === 'hit');
    });
  }

  it.each(Object.keys(WAYS))('prevents the storage of responses: by %s', async way => {
    const { change, options } = WAYS[way]!;
    await start(options);
    await server.get('/users/bob');
    await until(() => cache.stats().stores === 1);
    await change(server);
    const outcomes = recordEvents('outcome');
    const { headers, text } = await server.get('/users/bob');
    expect(text).toBe('"bob 2"');
    if (!way.includes('computed')) expect(headers['cache-status']).toContain('detail="not stored: being changed"');
    await until(() => outcomes.length === 1);
    if (!way.includes('computed')) expect(outcomes[0]!.reason).toBe('not stored: being changed');
    expect((await server.get('/users/bob')).outcome).toBe('fwd=miss');
    expect(cache.stats().stores).toBe(1);
  });

  it('concerns nothing else', async () => {
    await start();
    await server.put('/users/bob');
    await server.get('/users/ann');
    await until(() => cache.stats().stores === 1);
    expect((await server.get('/users/ann')).outcome).toBe('hit');
  });

  it('settles at once with settle: 0, for any default', async () => {
    await start({ settle: 5 });
    await server.put('/others/none');
    await server.get('/users/bob');
    await until(() => cache.stats().stores === 1);
    expect((await server.get('/users/bob')).outcome).toBe('hit');
  });

  it('prevents the storage of memoized results', async () => {
    await start();
    await service.memoized();
    await cache.changing({ tags: ['users'] }, () => version++, { settle: 5 });
    expect(await service.memoized()).toBe(2);
    version = 3;
    expect(await service.memoized()).toBe(3);
  });

  it('does not store a response whose computation began before the end and ends after it', async () => {
    await start();
    if (store().isAway) return;
    await server.put('/users/bob');
    gate = new Gate();
    const old = server.get('/users/bob');
    const resume = await gate.next();
    time.forwardSeconds(5);
    version = 3;
    gate = undefined;
    resume();
    expect((await old).text).toBe('"bob 2"');
    expect((await server.get('/users/bob')).text).toBe('"bob 3"');
  });
});

describe.each(sharedStores.map(kind => ({ kind })))('a change that settles on a shared store', ({ kind }) => {
  describeOn(kind, shared => {
    let processes: Processes;

    beforeEach(() => {
      processes = new Processes(shared(), kind.nearBytes);
    });
    afterEach(() => processes.end());

    it('prevents the storage in every process, also after the death of its own process', async () => {
      processes.configure();
      const [dying, other] = [processes.open(), processes.open()];
      const address = { key: 'k', path: { path: '/users/bob', ignoresCase: false } };
      const intent = await dying.store.beginWrite({ prefixes: ['/users/bob'] });
      expect(await intent.commit({ prefixes: ['/users/bob'] }, 60_000)).toBeUndefined();
      await dying.driver.close();
      expect(await other.store.lookup(address)).toMatchObject({ kind: 'miss', isBeingChanged: true });
      expect(await other.store.save(address, entryOf('old'), await leaseOver(other.store, address))).toBe(false);
    });
  });
});
