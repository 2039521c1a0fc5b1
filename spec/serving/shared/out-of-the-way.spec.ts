import { Gate } from '../../support/deferred.js';
import { startAfresh } from '../../support/each.js';
import { describeBreakable } from '../../support/breakable.js';
import type { TestServer } from '../../support/server.js';
import type { BreakableServer } from '../../support/stores.js';
import { users, UsersController, versionIn, withNewUsers } from '../../support/users.js';

withNewUsers();
startAfresh();

const STORE_TIMEOUT = 0.2;
/** What a busy machine may add to it: less than any connection or command is waited for. */
const MARGIN_MS = 1500;

type Ailment = readonly [name: string, begin: (on: BreakableServer) => unknown, end: (on: BreakableServer) => unknown];

const ailments: readonly Ailment[] = [
  ['is dead', ({ server }) => server.kill(), ({ server }) => server.restart()],
  [
    'hangs',
    ({ server }) => server.pause(),
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

describeBreakable('a store', current => {
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
    it('from the start costs each request little, then nothing, and serves after its recovery', async () => {
      const { processes, on } = current();
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
      await current().expectRecovery(server);
    });

    it('in the middle of its work costs each request little, restores no entry, and serves after its recovery', async () => {
      const { processes, on } = current();
      const server = await processes.serve(UsersController, { storeTimeout: STORE_TIMEOUT });
      await current().fill(server);
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
      await current().expectRecovery(server);
    });

    it('while a change is made gets its invalidation after its recovery (R12, R14)', async () => {
      const { processes, elsewhere, on } = current();
      const server = await processes.serve(UsersController, { storeTimeout: STORE_TIMEOUT });
      await current().fill(server);
      const address = processes.lastAddress;
      users.changeGate = new Gate();
      const changed = server.put('/users/bob');
      const resume = await users.changeGate.next();
      await begin(on);
      resume();
      expect((await changed).status).toBe(200);
      expect(versionIn(await server.get('/users/bob'))).toBe(2);
      await end(on);
      await current().expectRecovery(server);
      expect(await elsewhere.open().hit(address)).toBe('{"name":"bob","version":2}');
    });
  });
});
