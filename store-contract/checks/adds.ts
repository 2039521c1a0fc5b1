import assert from 'node:assert/strict';
import type { ResolvedCapabilities } from '../capabilities.js';
import { at } from '../fixtures.js';
import type { StoreClient } from '../store-client.js';
import type { DefineTest, StoreHarness } from '../harness.js';

/** `add` stores an entry only if no fresh entry is stored. */
export function checkAdds(check: DefineTest, { shared, atomicAdd, usesGivenClock }: ResolvedCapabilities): void {
  const otherClient = (client: StoreClient, harness: StoreHarness): Promise<StoreClient> =>
    shared ? harness.openPeer() : Promise.resolve(client);
  const address = { ...at('//values/turn'), isValue: true };

  check('adds an entry if the address has none, and reports it', async (one, harness) => {
    const other = await otherClient(one, harness);
    assert.equal(await one.add(address, 'one'), true);
    assert.equal(await other.served(address), 'one');
  });

  check('adds nothing if the address has a fresh entry, and reports it', async (one, harness) => {
    const other = await otherClient(one, harness);
    await one.fill(address, 'one');
    for (const client of [one, other]) assert.equal(await client.add(address, 'two'), false);
    assert.equal(await one.served(address), 'one');
  });

  check('adds an entry in place of an invalidated one', async (one, harness) => {
    const other = await otherClient(one, harness);
    for (const prefix of ['//values/turn', '//values', '/']) {
      await one.fill(address, 'old');
      await other.invalidate(prefix);
      assert.equal(await one.add(address, 'new'), true);
      assert.equal(await other.served(address), 'new');
      await one.invalidate(prefix);
    }
  });

  check('adds nothing under a lease that an invalidation voided', async (one, harness) => {
    const other = await otherClient(one, harness);
    const lease = await one.lease(address);
    await other.invalidate('//values/turn');
    assert.equal(await one.add(address, 'old', lease), false);
    assert.equal(await one.served(address), undefined);
    assert.equal(await other.served(address), undefined);
  });

  if (usesGivenClock) {
    check('adds an entry in place of an expired one', async (client, { clock }) => {
      assert.equal(await client.add(address, 'one', undefined, { seconds: 60 }), true);
      clock.advance(60_000);
      assert.equal(await client.add(address, 'two'), true);
      assert.equal(await client.served(address), 'two');
    });
  }

  if (!atomicAdd) return;

  check('stores exactly one of several concurrent adds, also in place of an invalidated entry', async (one, harness) => {
    const clients = [one, await otherClient(one, harness), await otherClient(one, harness)];
    for (let round = 0; round < 5; round++) {
      const added = await Promise.all(clients.flatMap(client => [client.add(address, 'a'), client.add(address, 'b')]));
      assert.equal(added.filter(Boolean).length, 1, `Not exactly one of ${added.length} concurrent adds succeeded.`);
      await one.invalidate('//values/turn');
    }
  });

  check('never replaces an entry that is saved during an add', async (one, harness) => {
    const other = await otherClient(one, harness);
    for (let round = 0; round < 5; round++) {
      const [isSaved, isAdded] = await Promise.all([one.fill(address, 'saved'), other.add(address, 'added')]);
      assert.equal(isSaved, true);
      const served = await one.served(address);
      assert.equal(served, 'saved', `The add reported ${isAdded}, and the store then served ${served}.`);
      await one.invalidate('//values/turn');
    }
  });
}
