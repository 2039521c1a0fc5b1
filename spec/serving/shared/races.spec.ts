import { get as httpGet } from 'node:http';
import { processCache } from '../../../lib/cache/process-cache.js';
import { Gate } from '../../support/deferred.js';
import { countLookUps, startAfresh, until } from '../../support/each.js';
import { Processes } from '../../support/processes.js';
import type { TestServer } from '../../support/server.js';
import { describeOn, sharedStores } from '../../support/stores.js';
import { outcomeAndVersion, users, UsersController, versionIn, withNewUsers } from '../../support/users.js';

withNewUsers();
startAfresh();

describe.each(sharedStores.map(kind => ({ kind })))('an entry in a race with an invalidation', ({ kind }) => {
  describeOn(kind, shared => {
    let processes: Processes;
    let server: TestServer;

    beforeEach(() => {
      processes = new Processes(shared(), kind.nearBytes);
    });
    afterEach(() => processes.end());

    /** A request held in its handler. @returns its answer, once it may go on */
    async function heldRead(path = '/users/bob') {
      users.readGate = new Gate();
      const answer = server.get(path);
      const resume = await users.readGate.next();
      users.readGate = undefined;
      return () => {
        resume();
        return answer;
      };
    }

    it('is not stored when it was computed before one in this process (R1)', async () => {
      server = await processes.serve(UsersController);
      const old = await heldRead();
      expect((await server.put('/users/bob')).status).toBe(200);
      expect(versionIn(await old())).toBe(1);
      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['fwd=miss', 2]);
      await until(() => processCache.current.get().stats().stores >= 1);
      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['hit', 2]);
    });

    it('is not served when it was computed before one in another process (R2)', async () => {
      const other = processes.open();
      server = await processes.serve(UsersController);
      const old = await heldRead();
      users.version = 2;
      await other.invalidate('/users/bob');
      expect(versionIn(await old())).toBe(1);
      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['fwd=miss', 2]);
    });

    it('is not served when another process computed it before one in this (R2)', async () => {
      const other = processes.open();
      server = await processes.serve(UsersController);
      await server.get('/users/bob');
      const address = processes.lastAddress;
      const save = await other.compute(address);
      await server.put('/users/bob');
      await save('{"name":"bob","version":1}');
      expect(await other.hit(address)).toBeUndefined();
      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['fwd=miss', 2]);
    });

    it.each(['/', '/users', '/users/bob'])('is dead when another process invalidates %s', async prefix => {
      const other = processes.open();
      server = await processes.serve(UsersController);
      await server.get('/users/bob');
      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['hit', 1]);
      users.version = 2;
      await other.invalidate(prefix);
      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['fwd=miss', 2]);
    });

    it('stays when another process invalidates sibling paths or paths under it', async () => {
      const other = processes.open();
      server = await processes.serve(UsersController);
      await server.get('/users/bob');
      await other.invalidate('/users/bo', '/users/bobby', '/users/bob/friends', '/user');
      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['hit', 1]);
      expect(await other.hit(processes.lastAddress)).toBe('{"name":"bob","version":1}');
    });

    it('is not joined by a request that comes after one in another process (R3)', async () => {
      const other = processes.open();
      server = await processes.serve(UsersController);
      const old = await heldRead();
      users.version = 2;
      await other.invalidate('/users/bob');

      const lookUps = countLookUps();
      users.readGate = new Gate();
      const fresh = server.get('/users/bob');
      const resumeFresh = await users.readGate.next();
      expect(versionIn(await old())).toBe(1);
      const joined = server.get('/users/bob');
      await until(() => lookUps() === 2);
      resumeFresh();
      expect(outcomeAndVersion(await fresh)).toEqual(['fwd=miss', 2]);
      expect(versionIn(await joined)).toBe(2);
      expect(users.reads).toBe(2);
    });

    it('is dead on arrival when it was on its way to the store (R4)', async () => {
      const other = processes.open();
      const held = await processes.serveHeld(UsersController);
      ({ server } = held);
      const write = held.driver.hold('set', 'before', key => key.includes(':e:'));
      expect(versionIn(await server.get('/users/bob'))).toBe(1);
      await write.arrived.promise;
      users.version = 2;
      await other.invalidate('/users/bob');
      write.release();
      await until(() => processCache.current.get().stats().stores === 1);
      expect(await other.hit(processes.lastAddress)).toBeUndefined();
      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['fwd=miss', 2]);
    });

    it.each(['/', '/users', '/users/bob'].map((prefix, index) => ({ prefix, index })))(
      'does not come back when the generation of $prefix that killed it is lost (R6)',
      async ({ prefix, index }) => {
        const other = processes.open();
        server = await processes.serve(UsersController);
        await server.get('/users/bob');
        await until(() => processCache.current.get().stats().stores === 1);
        const address = processes.lastAddress;
        const save = await other.compute(address);
        users.version = 2;
        await other.invalidate(prefix);
        await other.driver.delete(processes.keys.generationsOver(address.path)[index]!);
        expect(await other.hit(address)).toBeUndefined();
        await save('{"name":"bob","version":1}');
        expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['fwd=miss', 2]);
      },
    );

    it('does not change with the object and the buffer of the handler (R8)', async () => {
      server = await processes.serve(UsersController);
      await server.get('/users/bob/shared');
      users.version = 77;
      await server.get('/users/ann/shared');
      expect(outcomeAndVersion(await server.get('/users/bob/shared'))).toEqual(['hit', 1]);
      await server.get('/users/bob/bytes');
      for (let hit = 0; hit < 2; hit++) {
        expect(await server.get('/users/bob/bytes')).toMatchObject({ outcome: 'hit', text: 'as it was sent' });
      }
    });
  });
});

describe.each(sharedStores.map(kind => ({ kind })))('a request that waits for another one', ({ kind }) => {
  describeOn(kind, shared => {
    let processes: Processes;
    let server: TestServer;

    beforeEach(async () => {
      processes = new Processes(shared(), kind.nearBytes);
      server = await processes.serve(UsersController);
    });
    afterEach(() => processes.end());

    it('in another process gets the response of this one, whose fill lock it saw', async () => {
      const { other, driver } = processes.openHeld();
      users.readGate = new Gate();
      const computed = server.get('/users/bob');
      const resume = await users.readGate.next();
      const { lease } = (await other.store.lease(processes.lastAddress)) as { lease: object };
      const refused = driver.hold('add', 'after', key => key.includes(':c:'));
      const claim = other.store.acquireFillLock(processes.lastAddress, lease, 20_000);
      await refused.arrived.promise;
      refused.release();
      resume();
      await computed;
      expect(await claim).toMatchObject({ kind: 'filled', entry: { response: { body: Buffer.from((await computed).text) } } });
    });

    it('finds an entry from between its look-up and its fill lock, and does not compute it again', async () => {
      const other = processes.open();
      users.readGate = new Gate();
      const computed = server.get('/users/bob');
      const resume = await users.readGate.next();
      const { lease } = (await other.store.lease(processes.lastAddress)) as { lease: object };
      resume();
      await computed;
      await until(() => processCache.current.get().stats().stores === 1);
      expect(await other.store.acquireFillLock(processes.lastAddress, lease, 20_000)).toMatchObject({ kind: 'filled' });
    });

    it('does not get a response that sets a cookie, in this process or in another (R9)', async () => {
      const other = processes.open();
      const lookUps = countLookUps();
      users.setsCookie = true;
      users.readGate = new Gate();
      const requests = [server.get('/users/bob'), server.get('/users/bob')];
      const resume = await users.readGate.next();
      await until(() => lookUps() === 2);
      const { lease } = (await other.store.lease(processes.lastAddress)) as { lease: object };
      const claim = other.store.acquireFillLock(processes.lastAddress, lease, 20_000);
      resume();
      (await users.readGate.next())();
      expect((await Promise.all(requests)).map(({ headers }) => headers['set-cookie']?.[0]).sort()).toEqual([
        'read=1; Path=/',
        'read=2; Path=/',
      ]);
      expect((await claim).kind).toBe('hit-for-miss');
      expect(await other.hit(processes.lastAddress)).toBeUndefined();
    });

    it('is answered when the one that computes fails, and nothing is stored (R10)', async () => {
      const other = processes.open();
      const lookUps = countLookUps();
      users.failure = new Error('the database is gone');
      users.readGate = new Gate();
      const leader = server.get('/users/bob');
      const fail = await users.readGate.next();
      const { lease } = (await other.store.lease(processes.lastAddress)) as { lease: object };
      const claim = other.store.acquireFillLock(processes.lastAddress, lease, 20_000);
      const waiter = server.get('/users/bob');
      await until(() => lookUps() === 2);
      fail();
      expect((await leader).status).toBe(500);
      expect((await claim).kind).toBe('hit-for-miss');
      const resume = await users.readGate.next();
      users.failure = undefined;
      resume();
      expect(await waiter).toMatchObject({ status: 200, outcome: 'fwd=miss' });
    });

    it('is answered when the client of the one that computes leaves (R11)', async () => {
      const other = processes.open();
      const lookUps = countLookUps();
      users.readGate = new Gate();
      const leaving = httpGet({ port: server.port, path: '/users/bob', agent: false });
      leaving.on('error', () => undefined);
      const resume = await users.readGate.next();
      const { lease } = (await other.store.lease(processes.lastAddress)) as { lease: object };
      const claim = other.store.acquireFillLock(processes.lastAddress, lease, 20_000);
      const waiter = server.get('/users/bob');
      await until(() => lookUps() === 2);
      leaving.destroy();
      resume();
      expect(['hit', 'fwd=miss; collapsed']).toContain((await waiter).outcome);
      expect((await claim).kind).toBe('filled');
      expect(users.reads).toBe(1);
    });
  });
});
