import { cache } from '../../../lib/index.js';
import { describeBreakable } from '../../support/breakable.js';
import { startAfresh, until } from '../../support/each.js';
import { ready } from '../../../test-servers/readiness.js';
import { outcomeAndVersion, users, UsersController, versionIn, withNewUsers } from '../../support/users.js';

withNewUsers();
startAfresh();

const STORE_TIMEOUT = 0.2;

describeBreakable('a store', current => {
  it('that grants the right to compute too late gets it back', async () => {
    const { processes, elsewhere } = current();
    const { server, driver } = await processes.serveHeld(UsersController, { storeTimeout: STORE_TIMEOUT });
    await current().fill(server);
    const { stores } = cache.stats();
    const grant = driver.hold('add', 'after', key => key.includes(':c:'));
    expect((await server.get('/users/ann')).status).toBe(200);
    await until(() => cache.stats().stores > stores);
    const keys = await grant.arrived.promise;
    grant.release();
    const { driver: theirs } = elsewhere.open();
    await ready('the right is given back', async () => (await theirs.getMany(keys))[0]!.value === undefined);
  });

  it('that one process cannot reach gets its invalidation as soon as it is reachable', async () => {
    const { processes, elsewhere, on } = current();
    const server = await processes.serve(UsersController, { storeTimeout: STORE_TIMEOUT });
    await current().fill(server);
    const address = processes.lastAddress;
    const other = elsewhere.open();
    on.proxy.refuse();
    on.proxy.cut();
    await server.put('/users/bob');
    expect(await other.hit(address)).toBe('{"name":"bob","version":1}');
    await on.proxy.accept();
    await ready('the other process has the invalidation', async () => (await other.hit(address)) === undefined);
    await current().expectRecovery(server);
  });

  it('without an invalidation serves no entry that the invalidation covers, and all other entries', async () => {
    const { processes, elsewhere } = current();
    const { server, driver } = await processes.serveHeld(UsersController);
    const other = elsewhere.open();
    await current().fill(server);
    const address = processes.lastAddress;
    await ready('ann is served', async () => (await server.get('/users/ann')).outcome === 'hit');
    driver.failing.add('compareAndSet');
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
    await ready('the store has the invalidation', async () => (await other.hit(address)) === undefined);
    await current().expectRecovery(server);
  });

  it('that gets an invalidation during an earlier reply does not serve that reply', async () => {
    const { processes, elsewhere } = current();
    const { server, driver } = await processes.serveHeld(UsersController);
    const other = elsewhere.open();
    await current().fill(server);
    const address = processes.lastAddress;
    driver.failing.add('compareAndSet');
    await server.put('/users/bob');
    await ready('the store is asked again', async () => (await server.get('/users/bob')).outcome === 'fwd=miss');
    const look = driver.hold('getMany', 'after', key => key.endsWith(':g:/'));
    const begun = server.get('/users/bob');
    await look.arrived.promise;
    driver.failing.clear();
    await ready('the store has the invalidation', async () => (await other.hit(address)) === undefined);
    look.release();
    expect(outcomeAndVersion(await begun)).toEqual(['fwd=miss', 2]);
    await current().expectRecovery(server);
  });

  it('without more than a thousand invalidations serves nothing, until it gets them', async () => {
    const { processes, elsewhere } = current();
    const { server, driver } = await processes.serveHeld(UsersController);
    await current().fill(server);
    const paths = Array.from({ length: 1001 }, (_, index) => `/others/${index}`);
    const other = elsewhere.open();
    await Promise.all(paths.map(path => other.hit({ key: path, path: { path, ignoresCase: false } })));
    users.version = 2;
    driver.failing.add('compareAndSet');
    await Promise.all(paths.map(path => cache.invalidate(path)));
    await ready('the store is asked again', async () => {
      const answer = await server.get('/users/bob');
      expect(outcomeAndVersion(answer)).not.toContain('hit');
      expect(versionIn(answer)).toBe(2);
      return answer.outcome === 'fwd=miss';
    });
    driver.failing.clear();
    await current().expectRecovery(server);
  });
});
