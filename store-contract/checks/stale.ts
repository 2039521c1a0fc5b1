import assert from 'node:assert/strict';
import { at } from '../fixtures.js';
import type { StoreClient } from '../store-client.js';
import type { DefineTest } from '../harness.js';
import type { ResolvedCapabilities } from '../capabilities.js';

/** An entry that expires after 60 seconds and may be served stale for 30 more. */
const LIFETIME = { seconds: 60, staleSeconds: 30, tags: ['own'] };

/** Expired entries that a miss returns, and the deletion of one entry. */
export function checkStale(check: DefineTest, { shared, fillLocks }: ResolvedCapabilities): void {
  const address = { ...at('/users/bob'), hasComputedTags: true };

  check('returns an expired entry with the lease of a miss until its deletion time', async (client, { clock }) => {
    await client.fill(address, 'bob', LIFETIME);
    assert.equal(await client.stale(address), undefined);
    clock.advance(60_000);
    assert.equal(await client.served(address), undefined);
    assert.equal(await client.stale(address), 'bob');
    clock.advance(29_000);
    assert.equal(await client.stale(address), 'bob');
    clock.advance(1000);
    assert.equal(await client.stale(address), undefined);
  });

  check('returns no expired entry without a deletion time', async (client, { clock }) => {
    await client.fill(address, 'bob', { seconds: 60 });
    clock.advance(60_000);
    assert.equal(await client.stale(address), undefined);
  });

  check('stores an entry under the lease that came with a stale entry', async (client, { clock }) => {
    await client.fill(address, 'old', LIFETIME);
    clock.advance(60_000);
    const found = await client.store.lookup(address);
    assert.ok(found.kind === 'miss');
    assert.equal(await client.save(address, 'new', found.lease), true);
    assert.equal(await client.served(address), 'new');
  });

  const invalidations: [string, (client: StoreClient) => Promise<void>][] = [
    ['its path was', client => client.invalidate('/users/bob')],
    ['a path above it was', client => client.invalidate('/users')],
    ['everything was', client => client.invalidate('/')],
    ['one of its tags was', client => client.invalidateTags('own')],
  ];
  for (const [what, invalidate] of invalidations) {
    check(`never returns an expired entry if ${what} invalidated, before or after expiry`, async (client, { clock }) => {
      await client.fill(address, 'bob', LIFETIME);
      await invalidate(client);
      clock.advance(60_000);
      assert.equal(await client.stale(address), undefined);

      await client.fill(address, 'bob', LIFETIME);
      clock.advance(60_000);
      await invalidate(client);
      assert.equal(await client.stale(address), undefined);
    });
  }

  if (fillLocks) {
    check('reports at once whether another client refreshes an expired entry', async (one, harness) => {
      const other = shared ? await harness.openPeer() : one;
      await one.fill(address, 'bob', LIFETIME);
      harness.clock.advance(60_000);
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

  check('deletes one entry and no other', async (client, { clock }) => {
    const under = at('/users/bob/friends');
    assert.equal(await client.delete(address), false);
    await client.fill(address, 'bob', LIFETIME);
    await client.fill(under, 'friends');
    assert.equal(await client.delete(address), true);
    assert.equal(await client.served(address), undefined);
    assert.equal(await client.served(under), 'friends');
    await client.fill(address, 'bob', LIFETIME);
    clock.advance(60_000);
    assert.equal(await client.delete(address), true);
    assert.equal(await client.stale(address), undefined);
  });
}
