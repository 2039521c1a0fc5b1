import { cache } from '../../../lib/index.js';
import { Gate } from '../../support/deferred.js';
import { startAfresh, until } from '../../support/each.js';
import { Processes } from '../../support/processes.js';
import type { TestServer } from '../../support/server.js';
import { describeWith } from '../../support/servers/installed.js';
import { ready } from '../../support/servers/readiness.js';
import { breakableStores, type BreakableServer } from '../../support/stores.js';
import { told, users, UsersController, versionIn, withNewUsers } from '../../support/users.js';

withNewUsers();
startAfresh();

const STORE_TIMEOUT = 0.2;
/** What a busy machine may add to it. */
const MARGIN_MS = 500;

type Ailment = readonly [name: string, begin: (on: BreakableServer) => unknown, end: (on: BreakableServer) => unknown];

const ailments: readonly Ailment[] = [
  ['is dead', ({ server }) => server.kill(), ({ server }) => server.restart()],
  [
    'hangs',
    ({ server }) => {
      server.pause();
    },
    ({ server }) => {
      server.resume();
    },
  ],
  [
    'cannot be reached',
    ({ proxy }) => {
      proxy.refuse();
      proxy.cut();
    },
    ({ proxy }) => proxy.accept(),
  ],
  [
    'is behind a network that hangs',
    ({ proxy }) => {
      proxy.hold();
    },
    ({ proxy }) => {
      proxy.release();
    },
  ],
];

describe.each(breakableStores.map(kind => ({ kind })))('a store', ({ kind }) => {
  describeWith(kind.program, `on ${kind.name}`, () => {
    let on: BreakableServer;
    let processes: Processes;
    let elsewhere: Processes;

    beforeAll(async () => {
      on = await kind.start();
    });
    beforeEach(() => {
      processes = new Processes(on.proxied);
      elsewhere = new Processes(on.direct, 0, processes.keyPrefix);
    });
    afterEach(async () => {
      await processes.end();
      await elsewhere.end();
    });

    /** Asks again and again until the store serves; whatever comes until then comes from the handler. */
    async function expectRecovery(server: TestServer): Promise<void> {
      await ready('the store serves again', async () => {
        const answer = await server.get('/users/bob');
        expect([answer.status, versionIn(answer)]).toEqual([200, users.version]);
        return answer.outcome === 'hit';
      });
    }

    async function fill(server: TestServer): Promise<void> {
      await server.get('/users/bob');
      await until(() => cache.stats().stores > 0);
      expect((await server.get('/users/bob')).outcome).toBe('hit');
    }

    /** @returns how long each of the requests took, in milliseconds */
    async function timed(server: TestServer, count: number): Promise<number[]> {
      const times: number[] = [];
      for (let request = 0; request < count; request++) {
        const began = performance.now();
        expect(await server.get('/users/bob')).toMatchObject({ status: 200, text: `{"name":"bob","version":${users.version}}` });
        times.push(performance.now() - began);
      }
      return times;
    }

    describe.each(ailments)('that %s', (_name, begin, end) => {
      it('from the start costs each request little, then nothing, and serves when it is well again', async () => {
        await begin(on);
        const { server, driver } = await processes.serveHeld(UsersController, { storeTimeout: STORE_TIMEOUT });
        const times = await timed(server, 10);
        expect(Math.max(...times)).toBeLessThan(STORE_TIMEOUT * 1000 + MARGIN_MS);
        expect(processes.errors.map(({ code }) => code)).toContain('CACHE_STORE_FAILED');

        driver.asked.length = 0;
        const began = performance.now();
        await Promise.all(Array.from({ length: 50 }, () => server.get('/users/bob')));
        const probes = (performance.now() - began) / 1000 + 1;
        expect(driver.asked.length).toBeLessThanOrEqual(probes);
        expect(users.reads).toBe(60);
        await end(on);
        await expectRecovery(server);
      });

      it('in the middle of its work costs each request little, brings nothing back, and serves when it is well again', async () => {
        const server = await processes.serve(UsersController, { storeTimeout: STORE_TIMEOUT });
        await fill(server);
        users.readGate = new Gate();
        const begun = server.get('/users/ann');
        const resume = await users.readGate.next();
        users.readGate = undefined;
        await begin(on);
        resume();
        expect(await begun).toMatchObject({ status: 200, outcome: 'fwd=miss' });

        const began = performance.now();
        expect((await server.put('/users/bob')).status).toBe(200);
        expect(performance.now() - began).toBeLessThan(2 * STORE_TIMEOUT * 1000 + MARGIN_MS);
        expect(Math.max(...(await timed(server, 10)))).toBeLessThan(STORE_TIMEOUT * 1000 + MARGIN_MS);
        expect(processes.errors.map(({ code }) => code)).toContain('CACHE_INVALIDATION_UNDELIVERED');
        await end(on);
        await expectRecovery(server);
      });

      it('while a change is being made gets its invalidation when it is well again (R12, R14)', async () => {
        const server = await processes.serve(UsersController, { storeTimeout: STORE_TIMEOUT });
        await fill(server);
        const address = processes.lastAddress;
        users.changeGate = new Gate();
        const changed = server.put('/users/bob');
        const resume = await users.changeGate.next();
        await begin(on);
        resume();
        expect((await changed).status).toBe(200);
        expect(versionIn(await server.get('/users/bob'))).toBe(2);
        await end(on);
        await expectRecovery(server);
        expect(await elsewhere.open().hit(address)).toBe('{"name":"bob","version":2}');
      });
    });

    it('that grants the right to compute too late gets it back', async () => {
      const { server, driver } = await processes.serveHeld(UsersController, { storeTimeout: STORE_TIMEOUT });
      const grant = driver.hold('add', 'after', key => key.includes(':c:'));
      expect((await server.get('/users/bob')).status).toBe(200);
      await until(() => cache.stats().stores === 1);
      const keys = await grant.arrived.promise;
      grant.release();
      const { driver: theirs } = elsewhere.open();
      await ready('the right is given back', async () => (await theirs.getMany(keys))[0]!.value === undefined);
    });

    it('that one process cannot reach is told by it as soon as it can be', async () => {
      const server = await processes.serve(UsersController, { storeTimeout: STORE_TIMEOUT });
      await fill(server);
      const address = processes.lastAddress;
      const other = elsewhere.open();
      on.proxy.refuse();
      on.proxy.cut();
      await server.put('/users/bob');
      expect(await other.hit(address)).toBe('{"name":"bob","version":1}');
      await on.proxy.accept();
      await ready('the other process is told', async () => (await other.hit(address)) === undefined);
      await expectRecovery(server);
    });

    it('that does not know of an invalidation serves nothing of what that covers, and all the rest', async () => {
      const { server, driver } = await processes.serveHeld(UsersController);
      const other = elsewhere.open();
      await fill(server);
      const address = processes.lastAddress;
      await server.get('/users/ann');
      await until(() => cache.stats().stores === 2);
      driver.failing.add('exchange');
      expect((await server.put('/users/bob')).status).toBe(200);
      // Each of them that the store answers keeps it from being left alone.
      for (let round = 0; round < 3; round++) {
        expect(versionIn(await server.get('/users/bob'))).toBe(2);
        expect(await other.hit(address)).toBe('{"name":"bob","version":1}');
        expect((await server.get('/users/bob')).outcome).not.toBe('hit');
      }
      await ready('the rest is served', async () => {
        const ann = await server.get('/users/ann');
        expect(versionIn(ann)).toBe(ann.outcome === 'hit' ? 1 : 2);
        return ann.outcome === 'hit';
      });
      driver.failing.clear();
      await ready('the store is told', async () => (await other.hit(address)) === undefined);
      await expectRecovery(server);
    });

    it('that is told of an invalidation while an answer of before is on its way serves nothing of it', async () => {
      const { server, driver } = await processes.serveHeld(UsersController);
      const other = elsewhere.open();
      await fill(server);
      const address = processes.lastAddress;
      driver.failing.add('exchange');
      await server.put('/users/bob');
      await ready('the store is asked again', async () => (await server.get('/users/bob')).outcome === 'fwd=miss');
      const look = driver.hold('getMany', 'after', key => key.endsWith(':g:/'));
      const begun = server.get('/users/bob');
      await look.arrived.promise;
      driver.failing.clear();
      await ready('the store is told', async () => (await other.hit(address)) === undefined);
      look.release();
      expect(told(await begun)).toEqual(['fwd=miss', 2]);
      await expectRecovery(server);
    });

    it('that does not know of more than a thousand serves nothing, until it is told', async () => {
      const { server, driver } = await processes.serveHeld(UsersController);
      await fill(server);
      const paths = Array.from({ length: 1001 }, (_, index) => `/others/${index}`);
      const other = elsewhere.open();
      await Promise.all(paths.map(path => other.hit({ key: path, path: { path, folded: false } })));
      users.version = 2;
      driver.failing.add('exchange');
      await Promise.all(paths.map(path => cache.invalidate(path)));
      await ready('the store is asked again', async () => {
        const answer = await server.get('/users/bob');
        expect(told(answer)).not.toContain('hit');
        expect(versionIn(answer)).toBe(2);
        return answer.outcome === 'fwd=miss';
      });
      driver.failing.clear();
      await expectRecovery(server);
    });
  });
});
