import { startAfresh, until } from '../../support/each.js';
import { cache } from '../../../lib/index.js';
import { Processes } from '../../support/processes.js';
import { describeOn, redisWithNearCache } from '../../support/stores.js';
import { outcomeAndVersion, users, UsersController, withNewUsers } from '../../support/users.js';

withNewUsers();
startAfresh();

const isEntry = (key: string) => key.includes(':e:');

describeOn(redisWithNearCache, shared => {
  let processes: Processes;

  beforeEach(() => {
    processes = new Processes(shared(), redisWithNearCache.nearBytes);
  });
  afterEach(() => processes.end());

  async function filled() {
    const { server, driver } = await processes.serveHeld(UsersController);
    await server.get('/users/bob');
    await until(() => cache.stats().stores === 1);
    return { server, driver, address: processes.lastAddress };
  }

  describe('the near cache', () => {
    it('moves a body once', async () => {
      const { server, driver } = await filled();
      expect((await server.get('/users/bob')).outcome).toBe('hit');
      driver.asked.length = 0;
      expect((await server.get('/users/bob')).outcome).toBe('hit');
      expect(driver.asked.sort()).toEqual(['getMany', 'getRange']);
    });

    it('that is filled while an invalidation is under way gives nothing of before it afterwards (R7)', async () => {
      const { server, driver } = await filled();
      const { other, driver: theirs } = processes.openHeld();
      const read = driver.hold('getMany', 'after', isEntry);
      const begun = server.get('/users/bob');
      await read.arrived.promise;
      users.version = 2;
      const write = theirs.hold('compareAndSet', 'before');
      const invalidated = other.invalidate('/users/bob');
      await write.arrived.promise;
      read.release();
      expect(outcomeAndVersion(await begun)).toEqual(['hit', 1]);
      write.release();
      await invalidated;
      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['fwd=miss', 2]);
    });

    it('that is filled from an answer of before an invalidation gives nothing of it afterwards (R7)', async () => {
      const { server, driver } = await filled();
      const other = processes.open();
      const read = driver.hold('getMany', 'after', isEntry);
      const begun = server.get('/users/bob');
      await read.arrived.promise;
      users.version = 2;
      await other.invalidate('/users/bob');
      read.release();
      await begun;
      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['fwd=miss', 2]);
    });

    it('serves the entry that another process has stored in place of its own entry', async () => {
      const { server, address } = await filled();
      const other = processes.open();
      await server.get('/users/bob');
      users.version = 2;
      await other.invalidate('/users/bob');
      expect(await (await other.compute(address))('{"name":"bob","version":2}')).toBe(true);
      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['hit', 2]);
      expect(outcomeAndVersion(await server.get('/users/bob'))).toEqual(['hit', 2]);
    });

    it('gives nothing that is not in Redis any more', async () => {
      const { server, address } = await filled();
      const other = processes.open();
      await server.get('/users/bob');
      await other.driver.delete(processes.keys.entry(address));
      expect((await server.get('/users/bob')).outcome).toBe('fwd=miss');
    });
  });
});
