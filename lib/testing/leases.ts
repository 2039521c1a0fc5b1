import assert from 'node:assert/strict';
import type { ReleaseReason } from '../stores/store.js';
import { at, folded } from './fixtures.js';
import type { DefineTest } from './harness.js';

const ENDINGS: readonly ReleaseReason[] = ['unused', 'unshareable'];

/** How computations stand to each other and to invalidations. */
export function checkLeases(check: DefineTest): void {
  for (const reason of ENDINGS) {
    check(`ends a computation that stores nothing (${reason}) without a trace`, async user => {
      const address = at('/users/bob');
      const other = await user.lease(address);
      user.store.release(await user.lease(address), reason);
      assert.equal(await user.served(address), undefined);
      assert.equal(await user.save(address, 'other', other), true);
      user.store.release(await user.lease(address), reason);
      assert.equal(await user.served(address), 'other');
      assert.equal(await user.fill(address, 'anew'), true);
      assert.equal(await user.served(address), 'anew');
    });

    check(`ends a computation (${reason}) after an invalidation, too`, async user => {
      const address = at('/users/bob');
      const lease = await user.lease(address);
      await user.invalidate('/users/bob');
      user.store.release(lease, reason);
      assert.equal(await user.fill(address, 'anew'), true);
      assert.equal(await user.served(address), 'anew');
    });
  }

  for (const prefix of ['/users/bob/friends', '/users/bob', '/users', '/', '']) {
    check(
      `never serves what was begun before an invalidation of ${prefix || 'the root'}, whatever way it was begun`,
      async user => {
        const [looked, begun] = [at('/users/bob/friends', 'looked'), at('/users/bob/friends', 'begun')];
        const lookUp = await user.store.lookup(looked);
        assert.ok(lookUp.kind === 'miss');
        const lease = await user.lease(begun);
        await user.invalidate(prefix);
        await user.save(looked, 'old', lookUp.lease);
        await user.save(begun, 'old', lease);
        assert.equal(await user.served(looked), undefined);
        assert.equal(await user.served(begun), undefined);
      },
    );
  }

  check('never serves what was begun before one of several invalidations', async user => {
    const address = at('/users/bob');
    const lease = await user.lease(address);
    await user.invalidate('/users/bob');
    await user.invalidate('/elsewhere');
    await user.invalidate('/users/bob');
    await user.save(address, 'old', lease);
    assert.equal(await user.served(address), undefined);
  });

  check('never lets what was begun before an invalidation replace what was begun after it', async user => {
    const address = at('/users/bob');
    const lease = await user.lease(address);
    await user.invalidate('/users');
    await user.fill(address, 'new');
    await user.save(address, 'old', lease);
    assert.notEqual(await user.served(address), 'old');
  });

  check('keeps what was begun after an invalidation', async user => {
    for (const address of [at(''), at('/users'), at('/users/bob/friends'), folded('/Files/A')]) {
      for (const prefix of ['/', '/users', '/users/bob/friends', '/files']) {
        await user.invalidate(prefix);
        assert.equal(await user.fill(address, prefix), true);
        assert.equal(await user.served(address), prefix);
      }
    }
  });

  check('keeps what was begun before an invalidation beside it', async user => {
    const address = at('/users/bobby');
    const lease = await user.lease(address);
    await user.invalidate('/users/bob', '/users/bobby/friends', '/user');
    assert.equal(await user.save(address, 'bobby', lease), true);
    assert.equal(await user.served(address), 'bobby');
  });

  check('lets a computation answer who asks later, until an invalidation', async user => {
    const address = at('/users/bob/friends');
    const [early, later] = [await user.lease(address), await user.lease(address)];
    assert.equal(user.store.canShare(early, early), true);
    assert.equal(user.store.canShare(early, later), true);
    for (const prefix of ['/users/bob/friends', '/users', '/']) {
      const before = await user.lease(address);
      await user.invalidate(prefix);
      const after = await user.lease(address);
      assert.equal(user.store.canShare(before, after), false, `An invalidation of ${prefix} came in between.`);
      assert.equal(user.store.canShare(early, after), false, `An invalidation of ${prefix} came in between.`);
      for (const lease of [before, after]) user.store.release(lease, 'unused');
    }
    for (const lease of [early, later]) user.store.release(lease, 'unused');
  });

  check('never lets a computation of one path answer for another that was invalidated since', async user => {
    const early = await user.lease(at('/first', 'key'));
    await user.invalidate('/second');
    const later = await user.lease(at('/second', 'key'));
    assert.equal(user.store.canShare(early, later), false);
    user.store.release(early, 'unused');
    user.store.release(later, 'unused');
  });
}
