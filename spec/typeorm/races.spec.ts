import { Gate } from '../support/deferred.js';
import { startAfresh } from '../support/each.js';
import { DATABASES, ShopProcesses } from '../support/shop-processes.js';
import { describeWith } from '../../test-servers/installed.js';

startAfresh();

const NAME = (name: string, end: 'commit' | 'rollback' | 'none' = 'commit') =>
  ({ operations: [{ kind: 'name-user', id: 1, name }], end }) as const;

describeWith('redis-server', 'changes in two processes', () => {
  describe.each(DATABASES.map(kind => ({ kind })))('of $kind', ({ kind }) => {
    describeWith(kind === 'postgres' ? 'postgres' : 'redis-server', 'over Redis', () => {
      let shop: ShopProcesses;
      let gate: Gate;

      beforeEach(async () => {
        shop = await ShopProcesses.start(kind);
        await shop.work({
          operations: [
            { kind: 'add-user', name: 'old' },
            { kind: 'add-user', name: 'other' },
          ],
          end: 'commit',
        });
        gate = new Gate();
      });
      afterEach(() => shop.stop());

      it.each(['user-1', 'users', 'user-1-with-posts'])('a hit on %s here and there ends with a change there', async page => {
        // The two compilers of the specs give a class two texts, so each process has entries of its own.
        await shop.pageHere(page);
        await shop.pageThere(page);
        expect([(await shop.pageHere(page)).isHit, (await shop.pageThere(page)).isHit]).toEqual([true, true]);
        await shop.workThere(NAME('new'));
        expect([(await shop.pageHere(page)).text, (await shop.pageThere(page)).text]).toEqual([
          expect.stringContaining('new'),
          expect.stringContaining('new'),
        ]);
        await shop.workThere(NAME('lost', 'rollback'));
        expect((await shop.pageHere(page)).isHit).toBe(true);
      });

      it.each([
        { where: 'this process (R1)', change: (name: string) => shop.work(NAME(name)) },
        { where: 'another process (R2)', change: (name: string) => shop.workThere(NAME(name)) },
        { where: 'another process, without a transaction', change: (name: string) => shop.workThere(NAME(name, 'none')) },
      ])('does not store a response that was read before a commit in $where', async ({ change }) => {
        shop.pause = () => gate.pass();
        const old = shop.pageHere('user-1');
        const resume = await gate.next();
        await change('new');
        // R3: a later request does not join the older computation.
        const later = shop.pageHere('user-1');
        (await gate.next())();
        expect((await later).text).toContain('new');
        resume();
        expect((await old).text).toContain('old');
        shop.pause = () => Promise.resolve();
        expect((await shop.pageHere('user-1')).text).toContain('new');
        expect((await shop.pageThere('user-1')).text).toContain('new');
      });

      it('does not serve an entry that was stored between a statement and its commit (R4)', async () => {
        // SQLite has one connection in each process, so the transaction runs in the other one.
        const during = new Gate();
        const open =
          kind === 'postgres'
            ? shop.db.transaction(async manager => {
                await manager.update('user', 1, { name: 'new' });
                await during.pass();
              })
            : shop.workThere(NAME('new')).then(() => during.pass());
        const commit = await during.next();
        if (kind === 'postgres') {
          await shop.pageThere('user-1');
          const stored = await shop.pageThere('user-1');
          expect([stored.isHit, stored.text]).toEqual([true, expect.stringContaining('old')]);
        }
        commit();
        await open;
        expect((await shop.pageThere('user-1')).text).toContain('new');
        expect((await shop.pageHere('user-1')).text).toContain('new');
      });
    });
  });
});
