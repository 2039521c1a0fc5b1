import assert from 'node:assert/strict';
import { at, folded } from './samples.js';
import type { Check } from './trial.js';

/** What one process does is seen by the others. */
export function checkSharing(check: Check): void {
  check('gives one what another has kept, also in place of what it knew', async (one, trial) => {
    const other = await trial.another();
    const address = at('/users/bob');
    for (const text of ['one', 'two', 'three']) {
      await one.keep(address, text);
      const entry = await other.entryAt(address);
      assert.equal(entry?.response.body.toString(), text);
      assert.deepEqual(entry.expiresAtMs, (await one.entryAt(address))?.expiresAtMs);
    }
    await other.keep(address, 'four');
    assert.equal(await one.served(address), 'four');
  });

  check('serves nobody what one has invalidated, by whichever prefix', async (one, trial) => {
    const other = await trial.another();
    const [address, file] = [at('/users/bob/friends'), folded('/Users/Bob')];
    for (const prefix of ['/users/bob/friends', '/users/bob', '/users', '/']) {
      await one.keep(address, 'bob');
      await one.keep(file, 'file');
      assert.equal(await one.served(address), 'bob');
      await other.invalidate(prefix);
      assert.equal(await one.served(address), undefined);
      assert.equal(await other.served(address), undefined);
      assert.equal(await one.served(file), prefix.endsWith('friends') ? 'file' : undefined);
    }
  });

  check('never serves anybody what one began before another invalidated it', async (one, trial) => {
    const other = await trial.another();
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

  check('lets no computation answer who asks after an invalidation by another', async (one, trial) => {
    const other = await trial.another();
    const address = at('/users/bob');
    const early = await one.lease(address);
    await other.invalidate('/users');
    const later = await one.lease(address);
    assert.equal(one.store.canShare(early, later), false);
    for (const lease of [early, later]) one.store.release(lease, 'unused');
  });

  check('goes on for one when another closes', async (one, trial) => {
    const other = await trial.another();
    await other.keep(at('/users/bob'), 'bob');
    await other.store.close();
    assert.equal(await one.served(at('/users/bob')), 'bob');
    await one.invalidate('/users');
    assert.equal(await one.served(at('/users/bob')), undefined);
  });

  check('has nothing in common with a cache of another prefix', async (one, trial) => {
    const stranger = await trial.stranger();
    await one.keep(at('/users/bob'), 'bob');
    assert.equal(await stranger.served(at('/users/bob')), undefined);
    await stranger.invalidate('/');
    assert.equal(await one.served(at('/users/bob')), 'bob');
  });
}
