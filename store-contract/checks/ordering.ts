import assert from 'node:assert/strict';
import type { Lease } from 'routing-controllers-cache';
import type { ResolvedCapabilities } from '../capabilities.js';
import { at, entryOf } from '../fixtures.js';
import type { StoreClient } from '../store-client.js';
import type { DefineTest, StoreHarness } from '../harness.js';

/** The order of fills of one address: an earlier fill never replaces the entry of a later one. */
export function checkOrdering(check: DefineTest, { shared, servesStale }: ResolvedCapabilities): void {
  const otherClient = (client: StoreClient, harness: StoreHarness): Promise<StoreClient> =>
    shared ? harness.openPeer() : Promise.resolve(client);
  const address = at('/users/bob');

  async function leaseOfMiss({ store }: StoreClient): Promise<Lease> {
    const found = await store.lookup(address);
    assert.ok(found.kind === 'miss', `The look-up returned ${found.kind}.`);
    return found.lease;
  }

  /** Asserts that no client receives `outdated`, and that every client stores and receives new entries. */
  async function checkNewer(clients: readonly StoreClient[], outdated: string): Promise<void> {
    for (const client of clients) assert.notEqual(await client.served(address), outdated);
    for (const client of clients) {
      assert.equal(await client.fill(address, 'next'), true);
      for (const any of clients) assert.equal(await any.served(address), 'next');
    }
  }

  check('preserves the entry of a later fill when an earlier fill ends after it', async (one, harness) => {
    const other = await otherClient(one, harness);
    const earlier = await leaseOfMiss(one);
    assert.equal(await other.fill(address, 'later'), true);
    assert.equal(await one.save(address, 'earlier', earlier), false);
    for (const client of [one, other]) assert.equal(await client.served(address), 'later');
    await checkNewer([one, other], 'earlier');
  });

  if (servesStale) {
    check('preserves the entry of a later fill also if both fills replace an expired entry', async (one, harness) => {
      const other = await otherClient(one, harness);
      await one.fill(address, 'expired', { seconds: 60, staleSeconds: 600 });
      harness.clock.advance(60_000);
      const earlier = await leaseOfMiss(one);
      const later = await leaseOfMiss(other);
      assert.equal(await other.save(address, 'later', later), true);
      await one.save(address, 'earlier', earlier);
      for (const client of [one, other]) assert.equal(await client.served(address), 'later');
    });
  }

  for (const isLookedUp of [true, false]) {
    const begin = (client: StoreClient): Promise<Lease> => (isLookedUp ? leaseOfMiss(client) : client.lease(address));
    const what = isLookedUp ? 'of a look-up' : 'forced';

    check(`never serves an earlier fill, ${what}, after a later forced fill`, async (one, harness) => {
      const other = await otherClient(one, harness);
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

  check('never serves the earliest of three fills', async (one, harness) => {
    const [other, third] = [await otherClient(one, harness), await otherClient(one, harness)];
    const earliest = await leaseOfMiss(third);
    const [earlier, later] = [await one.lease(address), await other.lease(address)];
    await one.save(address, 'earlier', earlier);
    await other.save(address, 'later', later);
    const next = await leaseIfMissed(third);
    if (next !== undefined) assert.equal(third.store.canShare(earliest, next), false);
    await third.save(address, 'earliest', earliest);
    await checkNewer([one, other, third], 'earliest');
  });

  async function leaseIfMissed({ store }: StoreClient): Promise<Lease | undefined> {
    const found = await store.lookup(address);
    return found.kind === 'miss' ? found.lease : undefined;
  }

  check('never restores an entry that another client has replaced', async (one, harness) => {
    const other = await otherClient(one, harness);
    const lifetime = { storedAtMs: harness.clock.now(), expiresAtMs: harness.clock.now() + 600_000 };
    for (const how of ['computed', 'served']) {
      const [first, again] = [await one.lease(address), await one.lease(address)];
      const computed = entryOf('earlier', lifetime);
      assert.equal(await one.store.save(address, computed, first), true);
      const entry = how === 'computed' ? computed : await one.entryAt(address);
      await other.fill(address, 'later');
      await one.store.save(address, { ...(entry ?? computed) }, again);
      for (const client of [one, other]) assert.equal(await client.served(address), 'later');
    }
  });

  check('adds a variant to an entry that is still stored', async (one, { clock }) => {
    const lifetime = { storedAtMs: clock.now(), expiresAtMs: clock.now() + 600_000 };
    const [first, again] = [await one.lease(address), await one.lease(address)];
    const entry = entryOf('bob', lifetime);
    await one.store.save(address, entry, first);
    const variant = { host: '', acceptEncoding: undefined, statusMessage: 'OK', headers: [], age: 5, body: undefined };
    assert.equal(await one.store.save(address, { ...entry, variants: [variant] }, again), true);
    assert.equal((await one.entryAt(address))?.variants?.length, 1);
  });
}
