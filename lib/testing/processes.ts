import assert from 'node:assert/strict';
import { at, folded } from './fixtures.js';
import type { DefineTest } from './harness.js';

/** What one process does is seen by the others. */
export function checkSharing(check: DefineTest): void {
  check('gives one what another has kept, also in place of what it knew', async (one, harness) => {
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

  check('serves nobody what one has invalidated, by whichever prefix', async (one, harness) => {
    const other = await harness.openPeer();
    const [address, file] = [at('/users/bob/friends'), folded('/Users/Bob')];
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

  check('never serves anybody what one began before another invalidated it', async (one, harness) => {
    const other = await harness.openPeer();
    const address = at('/users/bob');
    const lease = await one.lease(address);
    const beside = await one.lease(at('/users/bobby'));
    await other.invalidate('/users/bob');
    await one.save(address, 'old', lease);
    await one.save(at('/users/bobby'), 'bobby', beside);
    for (const user of [one, other]) {
      assert.equal(await user.served(address), undefined);
      assert.equal(await user.served(at('/users/bobby')), 'bobby');
    }
  });

  check('lets no computation answer who asks after an invalidation by another', async (one, harness) => {
    const other = await harness.openPeer();
    const address = at('/users/bob');
    const early = await one.lease(address);
    await other.invalidate('/users');
    const later = await one.lease(address);
    assert.equal(one.store.canShare(early, later), false);
    for (const lease of [early, later]) one.store.release(lease, 'unused');
  });

  check('goes on for one when another closes', async (one, harness) => {
    const other = await harness.openPeer();
    await other.fill(at('/users/bob'), 'bob');
    await other.store.close();
    assert.equal(await one.served(at('/users/bob')), 'bob');
    await one.invalidate('/users');
    assert.equal(await one.served(at('/users/bob')), undefined);
  });

  check('has nothing in common with a cache of another prefix', async (one, harness) => {
    const stranger = await harness.openUnrelated();
    await one.fill(at('/users/bob'), 'bob');
    assert.equal(await stranger.served(at('/users/bob')), undefined);
    await stranger.invalidate('/');
    assert.equal(await one.served(at('/users/bob')), 'bob');
  });
}
