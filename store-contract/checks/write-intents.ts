import assert from 'node:assert/strict';
import type { ResolvedCapabilities } from '../capabilities.js';
import { at, under } from '../fixtures.js';
import type { StoreClient } from '../store-client.js';
import type { DefineTest, StoreHarness } from '../harness.js';

const PREFIXES = ['/users/bob/friends', '/users/bob', '/users', '/'];

/** A response that is computed during a write is not stored. */
export function checkWriteIntents(check: DefineTest, { shared }: ResolvedCapabilities): void {
  const otherClient = (client: StoreClient, harness: StoreHarness): Promise<StoreClient> =>
    shared ? harness.openPeer() : Promise.resolve(client);
  const address = at('/users/bob/friends');

  for (const prefix of PREFIXES) {
    check(`stores nothing during a write to ${prefix}, under a lease of any age`, async (one, harness) => {
      const other = await otherClient(one, harness);
      await other.fill(address, 'before');
      const early = await other.lease(address);
      const intent = await one.beginWrite(prefix);
      const during = await other.lease(address);
      const late = await one.lease(address);
      await other.save(address, 'early', early);
      await other.save(address, 'during', during);
      for (const client of [one, other]) assert.notEqual(await client.served(address), 'during');
      assert.equal(await intent.commit(under()), undefined);
      await one.save(address, 'late', late);
      for (const client of [one, other]) assert.equal(await client.served(address), undefined);
      assert.equal(await other.fill(address, 'after'), true);
      for (const client of [one, other]) assert.equal(await client.served(address), 'after');
    });
  }

  check('never shares a fill with a request after the write', async (one, harness) => {
    const other = await otherClient(one, harness);
    const early = await other.lease(address);
    const intent = await one.beginWrite('/users');
    const during = await other.lease(address);
    await intent.commit(under());
    const after = await other.lease(address);
    assert.equal(other.store.canShare(early, after), false);
    assert.equal(other.store.canShare(during, after), false);
    for (const lease of [early, during, after]) other.store.release(lease, 'unused');
  });

  check('serves and stores entries that the write does not cover', async (one, harness) => {
    const other = await otherClient(one, harness);
    const uncovered = [at('/users/bobby'), at('/users'), at('')];
    await other.fill(at('/users/bobby'), 'before');
    const intent = await one.beginWrite('/users/bob');
    assert.equal(await other.served(at('/users/bobby')), 'before');
    for (const each of uncovered) await other.fill(each, 'during');
    await intent.commit(under());
    for (const each of uncovered) assert.equal(await other.served(each), 'during');
  });

  check('stores entries again after an aborted write, but none that were computed during it', async (one, harness) => {
    const other = await otherClient(one, harness);
    await other.fill(address, 'before');
    const intent = await one.beginWrite('/users');
    const during = await other.lease(address);
    await intent.abort();
    await other.save(address, 'during', during);
    // The contract leaves open if the store serves the earlier entry again.
    assert.notEqual(await other.served(address), 'during');
    assert.equal(await other.fill(address, 'after'), true);
    assert.equal(await one.served(address), 'after');
  });

  check('invalidates further targets during a write, which continues', async (one, harness) => {
    const other = await otherClient(one, harness);
    const [file, uncovered] = [at('/files/a'), at('/others')];
    const intent = await one.beginWrite('/users');
    await other.fill(file, 'before');
    await other.fill(uncovered, 'other');
    const early = await other.lease(file);
    assert.equal(await intent.invalidate(under('/files')), undefined);
    await other.save(file, 'early', early);
    assert.equal(await other.served(file), undefined);
    const during = [await other.lease(file), await other.lease(address)] as const;
    await intent.commit(under());
    await other.save(file, 'during', during[0]);
    await other.save(address, 'during', during[1]);
    for (const each of [file, address]) {
      assert.equal(await other.served(each), undefined);
      assert.equal(await other.fill(each, 'after'), true);
      assert.equal(await one.served(each), 'after');
    }
    assert.equal(await one.served(uncovered), 'other');
  });

  check('preserves the invalidations of a write that aborts later', async (one, harness) => {
    const other = await otherClient(one, harness);
    const intent = await one.beginWrite('/users');
    await intent.invalidate(under());
    const during = await other.lease(address);
    await intent.abort();
    await other.save(address, 'during', during);
    assert.equal(await other.served(address), undefined);
  });

  check('invalidates targets at the end of a write that did not declare them', async (one, harness) => {
    const other = await otherClient(one, harness);
    await other.fill(at('/files/a'), 'before');
    const early = await other.lease(at('/files/a'));
    const intent = await one.beginWrite('/users');
    await intent.commit(under('/files'));
    assert.equal(await other.served(at('/files/a')), undefined);
    await other.save(at('/files/a'), 'early', early);
    assert.equal(await other.served(at('/files/a')), undefined);
  });

  check('stores nothing until the last of several writes ends', async (one, harness) => {
    const other = await otherClient(one, harness);
    const intents = [await one.beginWrite('/users'), await other.beginWrite('/users/bob'), await one.beginWrite('/')];
    for (const [index, intent] of intents.entries()) {
      await one.fill(address, String(index));
      assert.equal(await other.served(address), undefined);
      await (index === 1 ? intent.abort() : intent.commit(under()));
      assert.equal(await other.served(address), undefined);
    }
    assert.equal(await one.fill(address, 'after'), true);
    assert.equal(await other.served(address), 'after');
  });

  check('accepts an invalidation by another client during a write', async (one, harness) => {
    const other = await otherClient(one, harness);
    await other.fill(address, 'before');
    const intent = await one.beginWrite('/users');
    await other.invalidate('/users');
    await intent.abort();
    assert.equal(await one.served(address), undefined);
  });
}
