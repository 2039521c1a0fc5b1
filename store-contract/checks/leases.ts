import assert from 'node:assert/strict';
import type { ReleaseReason } from 'routing-controllers-cache';
import { at, caseless } from '../fixtures.js';
import type { DefineTest } from '../harness.js';

const REASONS: readonly ReleaseReason[] = ['unused', 'unshareable'];

/** The order of leases and invalidations. */
export function checkLeases(check: DefineTest): void {
  for (const reason of REASONS) {
    check(`releases a lease (${reason}) without an effect on other leases`, async client => {
      const address = at('/users/bob');
      const other = await client.lease(address);
      client.store.release(await client.lease(address), reason);
      assert.equal(await client.served(address), undefined);
      assert.equal(await client.save(address, 'other', other), true);
      client.store.release(await client.lease(address), reason);
      assert.equal(await client.served(address), 'other');
      assert.equal(await client.fill(address, 'again'), true);
      assert.equal(await client.served(address), 'again');
    });

    check(`releases a lease (${reason}) after an invalidation`, async client => {
      const address = at('/users/bob');
      const lease = await client.lease(address);
      await client.invalidate('/users/bob');
      client.store.release(lease, reason);
      assert.equal(await client.fill(address, 'again'), true);
      assert.equal(await client.served(address), 'again');
    });
  }

  for (const prefix of ['/users/bob/friends', '/users/bob', '/users', '/', '']) {
    check(
      `never serves an entry whose lease, of a look-up or not, is older than an invalidation of ${prefix || 'the root'}`,
      async client => {
        const [looked, begun] = [at('/users/bob/friends', 'looked'), at('/users/bob/friends', 'begun')];
        const result = await client.store.lookup(looked);
        assert.ok(result.kind === 'miss');
        const lease = await client.lease(begun);
        await client.invalidate(prefix);
        await client.save(looked, 'old', result.lease);
        await client.save(begun, 'old', lease);
        assert.equal(await client.served(looked), undefined);
        assert.equal(await client.served(begun), undefined);
      },
    );
  }

  check('never serves an entry whose lease is older than one of several invalidations', async client => {
    const address = at('/users/bob');
    const lease = await client.lease(address);
    await client.invalidate('/users/bob');
    await client.invalidate('/elsewhere');
    await client.invalidate('/users/bob');
    await client.save(address, 'old', lease);
    assert.equal(await client.served(address), undefined);
  });

  check('never replaces an entry by one whose lease is older than an invalidation', async client => {
    const address = at('/users/bob');
    const lease = await client.lease(address);
    await client.invalidate('/users');
    await client.fill(address, 'new');
    await client.save(address, 'old', lease);
    assert.notEqual(await client.served(address), 'old');
  });

  check('stores an entry whose lease is newer than an invalidation', async client => {
    for (const address of [at(''), at('/users'), at('/users/bob/friends'), caseless('/Files/A')]) {
      for (const prefix of ['/', '/users', '/users/bob/friends', '/files']) {
        await client.invalidate(prefix);
        assert.equal(await client.fill(address, prefix), true);
        assert.equal(await client.served(address), prefix);
      }
    }
  });

  check('stores an entry whose lease is older than an invalidation of another path', async client => {
    const address = at('/users/bobby');
    const lease = await client.lease(address);
    await client.invalidate('/users/bob', '/users/bobby/friends', '/user');
    assert.equal(await client.save(address, 'bobby', lease), true);
    assert.equal(await client.served(address), 'bobby');
  });

  check('shares a fill with later requests until an invalidation', async client => {
    const address = at('/users/bob/friends');
    const [early, later] = [await client.lease(address), await client.lease(address)];
    assert.equal(client.store.canShare(early, early), true);
    assert.equal(client.store.canShare(early, later), true);
    for (const prefix of ['/users/bob/friends', '/users', '/']) {
      const before = await client.lease(address);
      await client.invalidate(prefix);
      const after = await client.lease(address);
      assert.equal(client.store.canShare(before, after), false, `The leases surround an invalidation of ${prefix}.`);
      assert.equal(client.store.canShare(early, after), false, `The leases surround an invalidation of ${prefix}.`);
      for (const lease of [before, after]) client.store.release(lease, 'unused');
    }
    for (const lease of [early, later]) client.store.release(lease, 'unused');
  });

  check('never shares a fill of one path with another path that was invalidated since', async client => {
    const early = await client.lease(at('/first', 'key'));
    await client.invalidate('/second');
    const later = await client.lease(at('/second', 'key'));
    assert.equal(client.store.canShare(early, later), false);
    client.store.release(early, 'unused');
    client.store.release(later, 'unused');
  });
}
