import assert from 'node:assert/strict';
import { at } from './fixtures.js';
import type { StoreClient } from './store-client.js';
import type { DefineTest } from './harness.js';
import type { ResolvedCapabilities } from './capabilities.js';

/** Seconds that an entry lives, and stays after that. */
const LIVING = { seconds: 60, graceSeconds: 30, tags: ['own'] };

/** What stays although it has expired, and what is deleted alone. */
export function checkStale(check: DefineTest, { shared, fillLocks }: ResolvedCapabilities): void {
  const address = { ...at('/users/bob'), hasComputedTags: true };

  check('gives what has expired with the fence of a miss, as long as it is kept', async (user, { clock }) => {
    await user.fill(address, 'bob', LIVING);
    assert.equal(await user.stale(address), undefined);
    clock.forward(60_000);
    assert.equal(await user.served(address), undefined);
    assert.equal(await user.stale(address), 'bob');
    clock.forward(29_000);
    assert.equal(await user.stale(address), 'bob');
    clock.forward(1000);
    assert.equal(await user.stale(address), undefined);
  });

  check('keeps what has expired no longer where nothing says so', async (user, { clock }) => {
    await user.fill(address, 'bob', { seconds: 60 });
    clock.forward(60_000);
    assert.equal(await user.stale(address), undefined);
  });

  check('keeps what is computed under the fence that came with it', async (user, { clock }) => {
    await user.fill(address, 'old', LIVING);
    clock.forward(60_000);
    const found = await user.store.lookup(address);
    assert.ok(found.kind === 'miss');
    assert.equal(await user.save(address, 'new', found.lease), true);
    assert.equal(await user.served(address), 'new');
  });

  const invalidations: [string, (user: StoreClient) => Promise<void>][] = [
    ['its path is', user => user.invalidate('/users/bob')],
    ['a path above is', user => user.invalidate('/users')],
    ['everything is', user => user.invalidate('/')],
    ['a tag of its is', user => user.invalidateTags('own')],
  ];
  for (const [what, invalidate] of invalidations) {
    check(`never gives what has expired where ${what} invalidated, before or after`, async (user, { clock }) => {
      await user.fill(address, 'bob', LIVING);
      await invalidate(user);
      clock.forward(60_000);
      assert.equal(await user.stale(address), undefined);

      await user.fill(address, 'bob', LIVING);
      clock.forward(60_000);
      await invalidate(user);
      assert.equal(await user.stale(address), undefined);
    });
  }

  if (fillLocks) {
    check('tells at once that another computes what has expired, and who does not', async (one, harness) => {
      const other = shared ? await harness.openPeer() : one;
      await one.fill(address, 'bob', LIVING);
      harness.clock.forward(60_000);
      const [ours, theirs] = [await one.lease(address), await other.lease(address)];
      assert.deepEqual(await one.acquireFillLock(address, ours, 0), { kind: 'granted' });
      assert.deepEqual(await other.acquireFillLock(address, theirs, 0), { kind: 'busy' });
      other.store.release(theirs, 'unused');
      one.store.release(ours, 'unused');
      const later = await other.lease(address);
      assert.deepEqual(await other.acquireFillLock(address, later, 0), { kind: 'granted' });
      other.store.release(later, 'unused');
    });
  }

  check('deletes one entry, and no other', async (user, { clock }) => {
    const under = at('/users/bob/friends');
    assert.equal(await user.delete(address), false);
    await user.fill(address, 'bob', LIVING);
    await user.fill(under, 'friends');
    assert.equal(await user.delete(address), true);
    assert.equal(await user.served(address), undefined);
    assert.equal(await user.served(under), 'friends');
    await user.fill(address, 'bob', LIVING);
    clock.forward(60_000);
    assert.equal(await user.delete(address), true);
    assert.equal(await user.stale(address), undefined);
  });
}
