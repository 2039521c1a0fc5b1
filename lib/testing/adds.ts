import assert from 'node:assert/strict';
import type { Demands } from './capabilities.js';
import { at } from './samples.js';
import type { StoreUser } from './store-user.js';
import type { Check, Trial } from './trial.js';

/** What is kept only where nothing stands. */
export function checkAdds(check: Check, { shared, addsInOneStep, heedsClock }: Demands): void {
  const otherOf = (user: StoreUser, trial: Trial): Promise<StoreUser> => (shared ? trial.another() : Promise.resolve(user));
  const address = { ...at('//values/turn'), isValue: true };

  check('keeps what is added where nothing stands, and says so', async (one, trial) => {
    const other = await otherOf(one, trial);
    assert.equal(await one.add(address, 'one'), true);
    assert.equal(await other.served(address), 'one');
  });

  check('keeps nothing where an entry stands, and says so', async (one, trial) => {
    const other = await otherOf(one, trial);
    await one.keep(address, 'one');
    for (const user of [one, other]) assert.equal(await user.add(address, 'two'), false);
    assert.equal(await one.served(address), 'one');
  });

  check('adds in place of what was invalidated', async (one, trial) => {
    const other = await otherOf(one, trial);
    for (const prefix of ['//values/turn', '//values', '/']) {
      await one.keep(address, 'old');
      await other.invalidate(prefix);
      assert.equal(await one.add(address, 'new'), true);
      assert.equal(await other.served(address), 'new');
      await one.invalidate(prefix);
    }
  });

  check('adds nothing that was begun before an invalidation', async (one, trial) => {
    const other = await otherOf(one, trial);
    const fence = await one.fence(address);
    await other.invalidate('//values/turn');
    assert.equal(await one.add(address, 'old', fence), false);
    assert.equal(await one.served(address), undefined);
    assert.equal(await other.served(address), undefined);
  });

  if (heedsClock) {
    check('adds in place of what has expired', async (user, { clock }) => {
      assert.equal(await user.add(address, 'one', undefined, { seconds: 60 }), true);
      clock.forward(60_000);
      assert.equal(await user.add(address, 'two'), true);
      assert.equal(await user.served(address), 'two');
    });
  }

  if (!addsInOneStep) return;

  check('keeps one of many that are added at once, also in place of what is dead', async (one, trial) => {
    const users = [one, await otherOf(one, trial), await otherOf(one, trial)];
    for (let round = 0; round < 5; round++) {
      const added = await Promise.all(users.flatMap(user => [user.add(address, 'a'), user.add(address, 'b')]));
      assert.equal(added.filter(Boolean).length, 1, `Of ${added.length} that were added at once, not one was kept.`);
      await one.invalidate('//values/turn');
    }
  });

  check('never replaces what is kept while it is added', async (one, trial) => {
    const other = await otherOf(one, trial);
    for (let round = 0; round < 5; round++) {
      const [isKept, isAdded] = await Promise.all([one.keep(address, 'kept'), other.add(address, 'added')]);
      assert.equal(isKept, true);
      const served = await one.served(address);
      assert.equal(served, 'kept', `It was added (${isAdded}), and then ${served} is served.`);
      await one.invalidate('//values/turn');
    }
  });
}
