import { BadRequestError, InternalServerError } from 'routing-controllers';
import { cache } from '../../../lib/index.js';
import { Writers } from '../../../lib/stores/shared/writers.js';
import { Gate } from '../../support/deferred.js';
import { startAfresh, until } from '../../support/each.js';
import { Processes } from '../../support/processes.js';
import type { TestServer } from '../../support/server.js';
import { describeOn, sharedStores } from '../../support/stores.js';
import { outcomeAndVersion, users, UsersController, withNewUsers } from '../../support/users.js';

withNewUsers();
startAfresh();

/** @returns the ids of the changes that begin from now on, in their order */
function beginning(): string[] {
  const ids: string[] = [];
  const newOwner = jest.spyOn(Writers.prototype, 'newWriter');
  newOwner.mockImplementation(() => {
    ids.push(`spec${ids.length}.1`);
    return ids.at(-1)!;
  });
  return ids;
}

const BOB = { prefixes: ['/users/bob'] };

describe.each(sharedStores.map(kind => ({ kind })))('a change', ({ kind }) => {
  describeOn(kind, shared => {
    let processes: Processes;

    beforeEach(() => {
      processes = new Processes(shared(), kind.nearBytes);
    });
    afterEach(() => processes.end());

    /** A change held in its method. @returns its answer, once it may go on */
    async function heldChange(server: TestServer) {
      users.changeGate = new Gate();
      const answer = server.put('/users/bob');
      const resume = await users.changeGate.next();
      users.changeGate = undefined;
      return () => {
        resume();
        return answer;
      };
    }

    async function expectStored(server: TestServer): Promise<void> {
      const { stores } = cache.stats();
      expect((await server.get('/users/bob')).outcome).toBe('fwd=miss');
      await until(() => cache.stats().stores === stores + 1);
      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['hit', users.version]);
    }

    it('whose method throws an HttpError below 500 leaves entries as they were, where the store compares in one step (R13)', async () => {
      const server = await processes.serve(UsersController);
      await expectStored(server);
      users.failure = new BadRequestError('no');
      expect((await server.put('/users/bob')).status).toBe(400);
      expect((await server.get('/users/bob')).outcome).toBe(kind.hasAtomicCas ? 'hit' : 'fwd=miss');
    });

    it.each([
      ['an Error', new Error('broken')],
      ['an HttpError of 500', new InternalServerError('broken')],
    ])('whose method throws %s may be half done, and invalidates (R13)', async (_name, thrown) => {
      const server = await processes.serve(UsersController);
      await expectStored(server);
      users.failure = thrown;
      expect((await server.put('/users/bob')).status).toBe(500);
      users.failure = undefined;
      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['fwd=miss', 2]);
    });

    it('is not answered before the store has its invalidation (R15)', async () => {
      const { server, driver } = await processes.serveHeld(UsersController);
      const other = processes.open();
      await expectStored(server);
      const address = processes.lastAddress;
      const change = await heldChange(server);
      const write = driver.hold('compareAndSet', 'before');
      let isAnswered = false;
      const changed = change().finally(() => (isAnswered = true));
      await write.arrived.promise;
      await server.get('/users/ann');
      expect(isAnswered).toBe(false);
      write.release();
      await changed;
      expect(await other.hit(address)).toBeUndefined();
      await expectStored(server);
    });

    it('lets nothing be stored while it is under way, in any process', async () => {
      const other = processes.open();
      const server = await processes.serve(UsersController);
      await expectStored(server);
      const address = processes.lastAddress;
      const change = await heldChange(server);
      const save = await other.compute(address);
      expect(await save('{"name":"bob","version":2}')).toBe(false);
      for (let read = 0; read < 2; read++) expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['fwd=miss', 2]);
      expect((await server.get('/users/ann')).outcome).toBe('fwd=miss');
      await until(() => cache.stats().stores === 2);
      expect((await server.get('/users/ann')).outcome).toBe('hit');
      expect((await change()).status).toBe(200);
      await expectStored(server);
      expect(await other.hit(address)).toBe('{"name":"bob","version":2}');
    });

    it('voids running computations and stored entries when it begins', async () => {
      const other = processes.open();
      const server = await processes.serve(UsersController);
      await expectStored(server);
      const address = processes.lastAddress;
      const save = await other.compute(address);
      const change = await heldChange(server);
      await save('{"name":"bob","version":1}');
      expect(await other.hit(address)).toBeUndefined();
      await change();
      expect(await other.hit(address)).toBeUndefined();
      await expectStored(server);
    });

    it('is protected also after the end of another change of the same prefix', async () => {
      const other = processes.open();
      const server = await processes.serve(UsersController);
      await expectStored(server);
      const change = await heldChange(server);
      const second = await other.store.beginWrite(BOB);
      await change();
      expect(await (await other.compute(processes.lastAddress))('{"name":"bob","version":2}')).toBe(false);
      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['fwd=miss', 2]);
      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['fwd=miss', 2]);
      users.version = 3;
      await second.commit(BOB);
      await expectStored(server);
    });

    it('that changed nothing restores no entry that another change has invalidated', async () => {
      const other = processes.open();
      const server = await processes.serve(UsersController);
      await expectStored(server);
      const second = await other.store.beginWrite(BOB);
      await server.put('/users/bob');
      await second.abort();
      await expectStored(server);

      const third = await other.store.beginWrite(BOB);
      users.version++;
      await cache.invalidate('/users/bob');
      await third.abort();
      await expectStored(server);
    });

    it('that changed nothing after another process has invalidated leaves that invalidation in force', async () => {
      const other = processes.open();
      const server = await processes.serve(UsersController);
      await expectStored(server);
      users.failure = new BadRequestError('no');
      const change = await heldChange(server);
      await other.invalidate('/users/bob');
      expect((await change()).status).toBe(400);
      users.failure = undefined;
      await expectStored(server);
    });

    it('whose process dies before its invalidation leaves nothing stale, and caching works again in time', async () => {
      const owners = beginning();
      const server = await processes.serve(UsersController);
      await expectStored(server);
      const dying = processes.open();
      await dying.store.beginWrite(BOB);
      users.version = 2;
      await dying.store.close(0);

      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['fwd=miss', 2]);
      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['fwd=miss', 2]);
      await processes.forget(owners[0]!);
      await expectStored(server);
    });

    it('that changed nothing restores no entry that a change of a dead process has changed', async () => {
      const owners = beginning();
      const other = processes.open();
      const server = await processes.serve(UsersController);
      await expectStored(server);
      const dying = processes.open();
      await dying.store.beginWrite(BOB);
      users.version = 2;
      await dying.store.close(0);
      const change = await other.store.beginWrite(BOB);
      await processes.forget(owners[0]!);
      await change.abort();
      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['fwd=miss', 2]);
    });

    it('that a later one took for dead still invalidates', async () => {
      const owners = beginning();
      const other = processes.open();
      const server = await processes.serve(UsersController);
      await expectStored(server);
      const change = await other.store.beginWrite(BOB);
      await processes.forget(owners[0]!);
      await expectStored(server);
      users.version = 2;
      await change.commit(BOB);
      expect(processes.errors).toEqual([]);
      await expectStored(server);
    });

    it('answered in pieces lets nothing be stored between its first piece and its last', async () => {
      const server = await processes.serve(UsersController);
      await expectStored(server);
      users.changeGate = new Gate();
      const changed = server.put('/users/bob/in-a-stream');
      const resume = await users.changeGate.next();
      await server.get('/users/bob');
      resume();
      expect((await changed).text).toBe('working done');
      await expectStored(server);
    });
  });
});
