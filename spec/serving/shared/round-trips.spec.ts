import { startAfresh } from '../../support/each.js';
import type { HeldDriver } from '../../support/held-driver.js';
import { Processes } from '../../support/processes.js';
import type { TestServer } from '../../support/server.js';
import { ready } from '../../../test-servers/readiness.js';
import { describeOn, sharedStores } from '../../support/stores.js';
import { UsersController, withNewUsers } from '../../support/users.js';

withNewUsers();
startAfresh();

describe.each(sharedStores.map(kind => ({ kind })))('a hit', ({ kind }) => {
  describeOn(kind, shared => {
    let processes: Processes;
    let server: TestServer;
    let driver: HeldDriver;

    beforeEach(async () => {
      processes = new Processes(shared(), kind.nearBytes);
      ({ server, driver } = await processes.serveHeld(UsersController));
      await ready('the store serves', async () => (await server.get('/users/bob')).outcome === 'hit');
    });
    afterEach(() => processes.end());

    it('asks the store once: for the entry and its generations together', async () => {
      const isNear = kind.nearBytes !== undefined && driver.getRange !== undefined;
      driver.asked.length = 0;
      expect((await server.get('/users/bob')).outcome).toBe('hit');
      // With a near cache for the first bytes of the entry, and for its generations, at one time.
      expect([...driver.asked].sort()).toEqual(isNear ? ['getMany', 'getRange'] : ['getMany']);
    });
  });
});
