import { cache } from '../../../lib/index.js';
import type { CacheFault } from '../../../lib/errors/cache-errors.js';
import { Gate } from '../../support/deferred.js';
import { startAfresh, until } from '../../support/each.js';
import { Processes } from '../../support/processes.js';
import type { TestServer } from '../../support/server.js';
import { describeWith } from '../../../test-servers/installed.js';
import { ready } from '../../../test-servers/readiness.js';
import { breakableStores, type BreakableServer } from '../../support/stores.js';
import { users, UsersController, withNewUsers } from '../../support/users.js';

withNewUsers();
startAfresh();

/** How methods answer: at their end, by hand, by hand in pieces. */
const ways = [
  ['/users/bob', 200, '{"version":2}', []],
  ['/users/bob/by-hand', 201, '{"version":2}', [true, true]],
  ['/users/bob/in-pieces', 201, 'one two three', [true, false]],
  ['/users/bob/in-a-stream', 200, 'working done', []],
] as const;

describe.each(breakableStores.map(kind => ({ kind })))('a change that must not be unknown to the store', ({ kind }) => {
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
      await on.proxy.accept();
      await processes.end();
      await elsewhere.end();
    });

    async function serve(collapseTimeout: number): Promise<TestServer> {
      const server = await processes.serve(UsersController, { storeTimeout: 2, whenUnreachable: 'refuse', collapseTimeout });
      // On a busy machine the store may pass for unreachable at first.
      await ready('the store serves', async () => (await server.get('/users/bob')).outcome === 'hit');
      return server;
    }

    /** The store is out of reach; what this process asks it fails at once. */
    function lose(): void {
      on.proxy.refuse();
      on.proxy.cut();
    }

    const isUndelivered = () => processes.errors.some(({ code }) => code === 'CACHE_INVALIDATION_UNDELIVERED');

    it.each(ways)('is refused before its method runs, if the store cannot get the write intent (PUT %s)', async path => {
      const server = await serve(10);
      lose();
      const refused = await server.put(path);
      expect([refused.status, refused.headers['retry-after'], users.changes]).toEqual([503, '1', 0]);
      await on.proxy.accept();
      await ready('changes are made again', async () => (await server.put(path)).status < 300);
    });

    it.each(ways)(
      'is acknowledged when a store that was lost during the method has the invalidation (PUT %s)',
      async (path, status, text, seen) => {
        const server = await serve(20);
        const address = processes.lastAddress;
        const other = elsewhere.open();
        users.changeGate = new Gate();
        let isAnswered = false;
        const changed = server.put(path).finally(() => (isAnswered = true));
        const resume = await users.changeGate.next();
        lose();
        resume();
        await until(isUndelivered);
        await server.get('/users/ann');
        expect(isAnswered).toBe(false);
        expect(users.seen).toEqual(seen);
        await on.proxy.accept();
        expect(await changed).toMatchObject({ status, text });
        expect(await other.hit(address)).toBeUndefined();
      },
    );

    it.each(ways)(
      'is not acknowledged if the store does not get the invalidation in time (PUT %s)',
      async (path, _status, text) => {
        const server = await serve(0.3);
        const address = processes.lastAddress;
        const other = elsewhere.open();
        users.changeGate = new Gate();
        const changed = server.put(path);
        const resume = await users.changeGate.next();
        lose();
        resume();
        const answer = await changed.catch((error: unknown) => error as Error);
        // Of a stream, the first piece may have gone out before.
        if (answer instanceof Error) expect([answer.message, path.endsWith('in-a-stream')]).toEqual(['aborted', true]);
        else {
          expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
          expect(answer.text).not.toContain(text);
        }
        expect(users.changes).toBe(1);
        await on.proxy.accept();
        await ready('the store has the invalidation', async () => (await other.hit(address)) === undefined);
        expect((await server.get('/users/ann')).status).toBe(200);
      },
    );

    it('made by cache.invalidate rejects if the store does not get the invalidation in time', async () => {
      const server = await serve(0.3);
      const address = processes.lastAddress;
      const other = elsewhere.open();
      lose();
      const began = performance.now();
      const fault = await cache.invalidate('/users/bob').catch((error: unknown) => error as CacheFault);
      expect(fault).toMatchObject({ name: 'CacheFault', code: 'CACHE_INVALIDATION_UNDELIVERED' });
      expect(performance.now() - began).toBeGreaterThanOrEqual(290);
      expect((await server.get('/users/bob')).outcome).not.toBe('hit');
      await on.proxy.accept();
      await ready('the store has the invalidation', async () => (await other.hit(address)) === undefined);
    });

    it('made by cache.invalidate resolves when the store gets the invalidation in time', async () => {
      await serve(20);
      const other = elsewhere.open();
      lose();
      const invalidated = cache.invalidate('/users/bob');
      await until(isUndelivered);
      await on.proxy.accept();
      await invalidated;
      expect(await other.hit(processes.lastAddress)).toBeUndefined();
    });
  });
});
