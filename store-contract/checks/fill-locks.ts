import assert from 'node:assert/strict';
import type { ResolvedCapabilities } from '../capabilities.js';
import { at } from '../fixtures.js';
import type { DefineTest, StoreHarness } from '../harness.js';
import type { StoreClient } from '../store-client.js';

/** One client fills an entry, and the others wait for it. */
export function checkFillLocks(check: DefineTest, { shared }: ResolvedCapabilities): void {
  const otherClient = (client: StoreClient, harness: StoreHarness): Promise<StoreClient> =>
    shared ? harness.openPeer() : Promise.resolve(client);
  const address = at('/users/bob');

  check('grants the lock to one client, and returns its entry to the client that waits', async (one, harness) => {
    const other = await otherClient(one, harness);
    const [ours, theirs] = [await one.lease(address), await other.lease(address)];
    assert.deepEqual(await one.acquireFillLock(address, ours), { kind: 'granted' });
    const waiting = other.acquireFillLock(address, theirs);
    await one.save(address, 'bob', ours);
    const lock = await waiting;
    assert.ok(lock.kind === 'filled', `The client that waits received ${lock.kind}.`);
    assert.equal(lock.entry.response.body.toString(), 'bob');
    other.store.release(theirs, 'unused');
  });

  check('returns an entry at once that was stored between the look-up and the lock', async (one, harness) => {
    const other = await otherClient(one, harness);
    const lease = await one.lease(address);
    await other.fill(address, 'bob');
    assert.equal((await one.acquireFillLock(address, lease)).kind, 'filled');
    one.store.release(lease, 'unused');
    assert.equal(await one.served(address), 'bob');
  });

  check('grants the lock to the next client if the first releases it unused', async (one, harness) => {
    const other = await otherClient(one, harness);
    const [ours, theirs] = [await one.lease(address), await other.lease(address)];
    assert.deepEqual(await one.acquireFillLock(address, ours), { kind: 'granted' });
    const waiting = other.acquireFillLock(address, theirs);
    one.store.release(ours, 'unused');
    assert.deepEqual(await waiting, { kind: 'granted' });
    assert.equal(await other.save(address, 'bob', theirs), true);
    assert.equal(await one.served(address), 'bob');
  });

  check('lets present clients fill alone after an unshareable response, and later ones not wait for it', async (one, harness) => {
    const other = await otherClient(one, harness);
    const [ours, theirs] = [await one.lease(address), await other.lease(address)];
    await one.acquireFillLock(address, ours);
    const waiting = other.acquireFillLock(address, theirs);
    one.store.release(ours, 'unshareable');
    assert.deepEqual(await waiting, { kind: 'hit-for-miss' });
    other.store.release(theirs, 'unused');
    const later = await other.lease(address);
    const { kind } = await other.acquireFillLock(address, later);
    assert.ok(['hit-for-miss', 'granted'].includes(kind), kind);
    assert.equal(await other.save(address, 'bob', later), true);
    assert.equal(await one.served(address), 'bob');
  });

  check('grants the lock to a client whose wait time is over', async (one, harness) => {
    const other = await otherClient(one, harness);
    const [ours, theirs] = [await one.lease(address), await other.lease(address)];
    await one.acquireFillLock(address, ours);
    assert.deepEqual(await other.acquireFillLock(address, theirs, 20), { kind: 'granted' });
    for (const [client, lease] of [
      [one, ours],
      [other, theirs],
    ] as const)
      client.store.release(lease, 'unused');
  });

  check('neither waits for a fill that an invalidation voided nor returns its entry', async (one, harness) => {
    const other = await otherClient(one, harness);
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
