import assert from 'node:assert/strict';
import type { Address } from '../stores/store.js';
import type { ResolvedCapabilities } from './capabilities.js';
import { withTags } from './fixtures.js';
import type { StoreClient } from './store-client.js';
import type { DefineTest, StoreHarness } from './harness.js';

/** A way in which a response comes to its tags. */
export interface TagWay {
  readonly name: string;
  readonly address: (path: string, ...tags: readonly string[]) => Address;
  /** Those that the entry brings. */
  readonly own: (...tags: readonly string[]) => readonly string[];
}

export function checkTaggedWrites(check: DefineTest, { name, address, own }: TagWay, { shared }: ResolvedCapabilities): void {
  const place = address('/lists/1', 'bob');
  const tags = own('bob');
  const bob = withTags('bob');
  const otherOf = (user: StoreClient, harness: StoreHarness): Promise<StoreClient> =>
    shared ? harness.openPeer() : Promise.resolve(user);

  check(`keeps nothing while a change of a tag ${name} lasts, whenever it was begun`, async (one, harness) => {
    const other = await otherOf(one, harness);
    await other.fill(place, 'before', { tags });
    const early = await other.lease(place);
    const change = await one.beginWriteOf(bob);
    const [during, late] = [await other.lease(place), await one.lease(place)];
    await other.save(place, 'early', early, { tags });
    await other.save(place, 'during', during, { tags });
    for (const user of [one, other]) assert.notEqual(await user.served(place), 'during');
    assert.equal(await change.commit(withTags()), undefined);
    await one.save(place, 'late', late, { tags });
    for (const user of [one, other]) assert.equal(await user.served(place), undefined);
    assert.equal(await other.fill(place, 'after', { tags }), true);
    for (const user of [one, other]) assert.equal(await user.served(place), 'after');
  });

  check(`invalidates tags ${name} on the way and at the end of a change that was begun without them`, async (one, harness) => {
    const other = await otherOf(one, harness);
    const change = await one.beginWrite('/users');
    await other.fill(place, 'before', { tags });
    const early = await other.lease(place);
    assert.equal(await change.invalidate(bob), undefined);
    await other.save(place, 'early', early, { tags });
    assert.equal(await other.served(place), undefined);
    const during = await other.lease(place);
    assert.equal(await change.commit(withTags('alice')), undefined);
    await other.save(place, 'during', during, { tags });
    assert.equal(await other.served(place), undefined);
    assert.equal(await other.fill(place, 'after', { tags }), true);
    assert.equal(await one.served(place), 'after');
  });

  check(`keeps again what has a tag ${name} when nothing has changed`, async (one, harness) => {
    const other = await otherOf(one, harness);
    const change = await one.beginWriteOf(bob);
    const during = await other.lease(place);
    await change.abort();
    await other.save(place, 'during', during, { tags });
    assert.equal(await other.fill(place, 'after', { tags }), true);
    assert.equal(await one.served(place), 'after');
  });
}
