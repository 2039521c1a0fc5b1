import assert from 'node:assert/strict';
import type { ResolvedCapabilities } from './capabilities.js';
import { at } from './fixtures.js';
import type { StoreClient } from './store-client.js';
import type { DefineTest, StoreHarness } from './harness.js';

/** What is kept only where nothing stands. */
export function checkAdds(check: DefineTest, { shared, atomicAdd, usesGivenClock }: ResolvedCapabilities): void {
  const otherOf = (user: StoreClient, harness: StoreHarness): Promise<StoreClient> =>
    shared ? harness.openPeer() : Promise.resolve(user);
  const address = { ...at('//values/turn'), isValue: true };

  check('keeps what is added where nothing stands, and says so', async (one, harness) => {
    const other = await otherOf(one, harness);
    assert.equal(await one.add(address, 'one'), true);
    assert.equal(await other.served(address), 'one');
  });

  check('keeps nothing where an entry stands, and says so', async (one, harness) => {
    const other = await otherOf(one, harness);
    await one.fill(address, 'one');
    for (const user of [one, other]) assert.equal(await user.add(address, 'two'), false);
    assert.equal(await one.served(address), 'one');
  });

  check('adds in place of what was invalidated', async (one, harness) => {
    const other = await otherOf(one, harness);
    for (const prefix of ['//values/turn', '//values', '/']) {
      await one.fill(address, 'old');
      await other.invalidate(prefix);
      assert.equal(await one.add(address, 'new'), true);
      assert.equal(await other.served(address), 'new');
      await one.invalidate(prefix);
    }
  });

  check('adds nothing that was begun before an invalidation', async (one, harness) => {
    const other = await otherOf(one, harness);
    const lease = await one.lease(address);
    await other.invalidate('//values/turn');
    assert.equal(await one.add(address, 'old', lease), false);
    assert.equal(await one.served(address), undefined);
    assert.equal(await other.served(address), undefined);
  });

  if (usesGivenClock) {
    check('adds in place of what has expired', async (user, { clock }) => {
      assert.equal(await user.add(address, 'one', undefined, { seconds: 60 }), true);
      clock.forward(60_000);
      assert.equal(await user.add(address, 'two'), true);
      assert.equal(await user.served(address), 'two');
    });
  }

  if (!atomicAdd) return;

  check('keeps one of many that are added at once, also in place of what is dead', async (one, harness) => {
    const users = [one, await otherOf(one, harness), await otherOf(one, harness)];
    for (let round = 0; round < 5; round++) {
      const added = await Promise.all(users.flatMap(user => [user.add(address, 'a'), user.add(address, 'b')]));
      assert.equal(added.filter(Boolean).length, 1, `Of ${added.length} that were added at once, not one was kept.`);
      await one.invalidate('//values/turn');
    }
  });

  check('never replaces what is kept while it is added', async (one, harness) => {
    const other = await otherOf(one, harness);
    for (let round = 0; round < 5; round++) {
      const [isKept, isAdded] = await Promise.all([one.fill(address, 'kept'), other.add(address, 'added')]);
      assert.equal(isKept, true);
      const served = await one.served(address);
      assert.equal(served, 'kept', `It was added (${isAdded}), and then ${served} is served.`);
      await one.invalidate('//values/turn');
    }
  });
}
