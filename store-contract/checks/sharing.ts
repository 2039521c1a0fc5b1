import assert from 'node:assert/strict';
import { at, caseless } from '../fixtures.js';
import type { DefineTest } from '../harness.js';

/** Stores of several processes that hold the same data. */
export function checkSharing(check: DefineTest): void {
  check('serves the entries of other stores, also in place of an earlier copy', async (one, harness) => {
    const other = await harness.openPeer();
    const address = at('/users/bob');
    for (const text of ['one', 'two', 'three']) {
      await one.fill(address, text);
      const entry = await other.entryAt(address);
      assert.equal(entry?.response.body.toString(), text);
      assert.deepEqual(entry.expiresAtMs, (await one.entryAt(address))?.expiresAtMs);
    }
    await other.fill(address, 'four');
    assert.equal(await one.served(address), 'four');
  });

  check('serves no entry in any store after one store invalidated it, by any prefix', async (one, harness) => {
    const other = await harness.openPeer();
    const [address, file] = [at('/users/bob/friends'), caseless('/Users/Bob')];
    for (const prefix of ['/users/bob/friends', '/users/bob', '/users', '/']) {
      await one.fill(address, 'bob');
      await one.fill(file, 'file');
      assert.equal(await one.served(address), 'bob');
      await other.invalidate(prefix);
      assert.equal(await one.served(address), undefined);
      assert.equal(await other.served(address), undefined);
      assert.equal(await one.served(file), prefix.endsWith('friends') ? 'file' : undefined);
    }
  });

  check('never serves an entry whose lease is older than an invalidation by another store', async (one, harness) => {
    const other = await harness.openPeer();
    const address = at('/users/bob');
    const lease = await one.lease(address);
    const beside = await one.lease(at('/users/bobby'));
    await other.invalidate('/users/bob');
    await one.save(address, 'old', lease);
    await one.save(at('/users/bobby'), 'bobby', beside);
    for (const client of [one, other]) {
      assert.equal(await client.served(address), undefined);
      assert.equal(await client.served(at('/users/bobby')), 'bobby');
    }
  });

  check('never shares a fill with a request after an invalidation by another store', async (one, harness) => {
    const other = await harness.openPeer();
    const address = at('/users/bob');
    const early = await one.lease(address);
    await other.invalidate('/users');
    const later = await one.lease(address);
    assert.equal(one.store.canShare(early, later), false);
    for (const lease of [early, later]) one.store.release(lease, 'unused');
  });

  check('continues to serve when another store closes', async (one, harness) => {
    const other = await harness.openPeer();
    await other.fill(at('/users/bob'), 'bob');
    await other.store.close();
    assert.equal(await one.served(at('/users/bob')), 'bob');
    await one.invalidate('/users');
    assert.equal(await one.served(at('/users/bob')), undefined);
  });

  check('shares no entry with a store of another prefix', async (one, harness) => {
    const stranger = await harness.openUnrelated();
    await one.fill(at('/users/bob'), 'bob');
    assert.equal(await stranger.served(at('/users/bob')), undefined);
    await stranger.invalidate('/');
    assert.equal(await one.served(at('/users/bob')), 'bob');
  });
}
