import assert from 'node:assert/strict';
import type { Lease } from '../stores/store.js';
import type { ResolvedCapabilities } from './capabilities.js';
import { at, entryOf } from './fixtures.js';
import type { StoreClient } from './store-client.js';
import type { DefineTest, StoreHarness } from './harness.js';

/** How computations of one address stand to each other: an earlier one never replaces what a later one has stored. */
export function checkOrdering(check: DefineTest, { shared, servesStale }: ResolvedCapabilities): void {
  const otherOf = (user: StoreClient, harness: StoreHarness): Promise<StoreClient> =>
    shared ? harness.openPeer() : Promise.resolve(user);
  const address = at('/users/bob');

  async function missed({ store }: StoreClient): Promise<Lease> {
    const found = await store.lookup(address);
    assert.ok(found.kind === 'miss', `The look-up gave: ${found.kind}.`);
    return found.lease;
  }

  /** What is served is newer than `outdated`; and what is computed from now on is stored, and served. */
  async function checkNewer(users: readonly StoreClient[], outdated: string): Promise<void> {
    for (const user of users) assert.notEqual(await user.served(address), outdated);
    for (const user of users) {
      assert.equal(await user.fill(address, 'next'), true);
      for (const any of users) assert.equal(await any.served(address), 'next');
    }
  }

  check('keeps what a later computation has stored where an earlier one ends after it', async (one, harness) => {
    const other = await otherOf(one, harness);
    const earlier = await missed(one);
    assert.equal(await other.fill(address, 'later'), true);
    assert.equal(await one.save(address, 'earlier', earlier), false);
    for (const user of [one, other]) assert.equal(await user.served(address), 'later');
    await checkNewer([one, other], 'earlier');
  });

  if (servesStale) {
    check('keeps it also where both have found an expired entry', async (one, harness) => {
      const other = await otherOf(one, harness);
      await one.fill(address, 'expired', { seconds: 60, graceSeconds: 600 });
      harness.clock.forward(60_000);
      const earlier = await missed(one);
      const later = await missed(other);
      assert.equal(await other.save(address, 'later', later), true);
      await one.save(address, 'earlier', earlier);
      for (const user of [one, other]) assert.equal(await user.served(address), 'later');
    });
  }

  for (const isLookedUp of [true, false]) {
    const begin = (user: StoreClient): Promise<Lease> => (isLookedUp ? missed(user) : user.lease(address));
    const what = isLookedUp ? 'begun by a look-up' : 'forced';

    check(`never serves an earlier computation, ${what}, after a later one that was forced`, async (one, harness) => {
      const other = await otherOf(one, harness);
      for (const order of ['earlier first', 'later first']) {
        const earlier = await begin(one);
        const later = await other.lease(address);
        if (order === 'earlier first') await one.save(address, 'earlier', earlier);
        await other.save(address, 'later', later);
        if (order === 'later first') await one.save(address, 'earlier', earlier);
        await checkNewer([one, other], 'earlier');
        await one.invalidate('/users');
      }
    });
  }

  check('never serves the earliest of three computations', async (one, harness) => {
    const [other, third] = [await otherOf(one, harness), await otherOf(one, harness)];
    const earliest = await missed(third);
    const [earlier, later] = [await one.lease(address), await other.lease(address)];
    await one.save(address, 'earlier', earlier);
    await other.save(address, 'later', later);
    const next = await missedOrHit(third);
    if (next !== undefined) assert.equal(third.store.canShare(earliest, next), false);
    await third.save(address, 'earliest', earliest);
    await checkNewer([one, other, third], 'earliest');
  });

  async function missedOrHit({ store }: StoreClient): Promise<Lease | undefined> {
    const found = await store.lookup(address);
    return found.kind === 'miss' ? found.lease : undefined;
  }

  check('does not put an entry again that another has replaced', async (one, harness) => {
    const other = await otherOf(one, harness);
    const lifetime = { storedAtMs: harness.clock.now(), expiresAtMs: harness.clock.now() + 600_000 };
    for (const how of ['computed', 'served']) {
      const [first, again] = [await one.lease(address), await one.lease(address)];
      const computed = entryOf('earlier', lifetime);
      assert.equal(await one.store.save(address, computed, first), true);
      const entry = how === 'computed' ? computed : await one.entryAt(address);
      await other.fill(address, 'later');
      await one.store.save(address, { ...(entry ?? computed) }, again);
      for (const user of [one, other]) assert.equal(await user.served(address), 'later');
    }
  });

  check('puts an entry again, with more of it, where it stands', async one => {
    const lifetime = { storedAtMs: Date.now(), expiresAtMs: Date.now() + 600_000 };
    const [first, again] = [await one.lease(address), await one.lease(address)];
    const entry = entryOf('bob', lifetime);
    await one.store.save(address, entry, first);
    const variant = { host: '', acceptEncoding: undefined, statusMessage: 'OK', headers: [], age: 5, body: undefined };
    assert.equal(await one.store.save(address, { ...entry, variants: [variant] }, again), true);
    assert.equal((await one.entryAt(address))?.variants?.length, 1);
  });
}
