import assert from 'node:assert/strict';
import type { ResolvedCapabilities } from './capabilities.js';
import { at } from './fixtures.js';
import type { DefineTest, StoreHarness } from './harness.js';
import type { StoreClient } from './store-client.js';

/** One computes, and the others wait for it. */
export function checkFillLocks(check: DefineTest, { shared }: ResolvedCapabilities): void {
  const otherOf = (user: StoreClient, harness: StoreHarness): Promise<StoreClient> =>
    shared ? harness.openPeer() : Promise.resolve(user);
  const address = at('/users/bob');

  check('grants one the computation, and gives the other what comes of it', async (one, harness) => {
    const other = await otherOf(one, harness);
    const [ours, theirs] = [await one.lease(address), await other.lease(address)];
    assert.deepEqual(await one.acquireFillLock(address, ours), { kind: 'granted' });
    const waiting = other.acquireFillLock(address, theirs);
    await one.save(address, 'bob', ours);
    const claim = await waiting;
    assert.ok(claim.kind === 'filled', `The one who waited was told: ${claim.kind}.`);
    assert.equal(claim.entry.response.body.toString(), 'bob');
    other.store.release(theirs, 'unused');
  });

  check('gives at once what has been kept between look-up and claim', async (one, harness) => {
    const other = await otherOf(one, harness);
    const lease = await one.lease(address);
    await other.fill(address, 'bob');
    assert.equal((await one.acquireFillLock(address, lease)).kind, 'filled');
    one.store.release(lease, 'unused');
    assert.equal(await one.served(address), 'bob');
  });

  check('grants it to the next when the one has not needed it', async (one, harness) => {
    const other = await otherOf(one, harness);
    const [ours, theirs] = [await one.lease(address), await other.lease(address)];
    assert.deepEqual(await one.acquireFillLock(address, ours), { kind: 'granted' });
    const waiting = other.acquireFillLock(address, theirs);
    one.store.release(ours, 'unused');
    assert.deepEqual(await waiting, { kind: 'granted' });
    assert.equal(await other.save(address, 'bob', theirs), true);
    assert.equal(await one.served(address), 'bob');
  });

  check('tells all apart when what came out cannot be shared, who waits and who comes', async (one, harness) => {
    const other = await otherOf(one, harness);
    const [ours, theirs] = [await one.lease(address), await other.lease(address)];
    await one.acquireFillLock(address, ours);
    const waiting = other.acquireFillLock(address, theirs);
    one.store.release(ours, 'unshareable');
    assert.deepEqual(await waiting, { kind: 'hit-for-miss' });
    other.store.release(theirs, 'unused');
    const later = await other.lease(address);
    assert.deepEqual(await other.acquireFillLock(address, later), { kind: 'hit-for-miss' });
    assert.equal(await other.save(address, 'bob', later), true);
    assert.equal(await one.served(address), 'bob');
  });

  check('lets nobody wait longer than it may', async (one, harness) => {
    const other = await otherOf(one, harness);
    const [ours, theirs] = [await one.lease(address), await other.lease(address)];
    await one.acquireFillLock(address, ours);
    assert.deepEqual(await other.acquireFillLock(address, theirs, 20), { kind: 'granted' });
    for (const [user, lease] of [
      [one, ours],
      [other, theirs],
    ] as const)
      user.store.release(lease, 'unused');
  });

  check('lets nobody wait for what was begun before an invalidation, and gives it to nobody', async (one, harness) => {
    const other = await otherOf(one, harness);
    const early = await one.lease(address);
    await one.acquireFillLock(address, early);
    await other.invalidate('/users');
    const later = await other.lease(address);
    assert.deepEqual(await other.acquireFillLock(address, later), { kind: 'granted' });
    await one.save(address, 'old', early);
    const next = await other.lease(address);
    assert.notEqual((await other.acquireFillLock(address, next, 20)).kind, 'filled');
    for (const lease of [later, next]) other.store.release(lease, 'unused');
  });
}
