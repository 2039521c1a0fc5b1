import assert from 'node:assert/strict';
import type { Address } from 'routing-controllers-cache';
import type { ResolvedCapabilities } from '../capabilities.js';
import { withTags } from '../fixtures.js';
import type { StoreClient } from '../store-client.js';
import type { DefineTest, StoreHarness } from '../harness.js';

/** Where the tags of an entry come from: the address, or the response. */
export interface TagSource {
  readonly name: string;
  readonly address: (path: string, ...tags: readonly string[]) => Address;
  /** Returns the tags that belong to the entry. */
  readonly own: (...tags: readonly string[]) => readonly string[];
}

export function checkTaggedWrites(check: DefineTest, { name, address, own }: TagSource, { shared }: ResolvedCapabilities): void {
  const place = address('/lists/1', 'bob');
  const tags = own('bob');
  const bob = withTags('bob');
  const otherClient = (client: StoreClient, harness: StoreHarness): Promise<StoreClient> =>
    shared ? harness.openPeer() : Promise.resolve(client);

  check(`stores nothing during a write to a tag ${name}, under a lease of any age`, async (one, harness) => {
    const other = await otherClient(one, harness);
    await other.fill(place, 'before', { tags });
    const early = await other.lease(place);
    const intent = await one.beginWriteOf(bob);
    const [during, late] = [await other.lease(place), await one.lease(place)];
    await other.save(place, 'early', early, { tags });
    await other.save(place, 'during', during, { tags });
    for (const client of [one, other]) assert.notEqual(await client.served(place), 'during');
    assert.equal(await intent.commit(withTags()), undefined);
    await one.save(place, 'late', late, { tags });
    for (const client of [one, other]) assert.equal(await client.served(place), undefined);
    assert.equal(await other.fill(place, 'after', { tags }), true);
    for (const client of [one, other]) assert.equal(await client.served(place), 'after');
  });

  check(`invalidates tags ${name} during and at the end of a write that did not declare them`, async (one, harness) => {
    const other = await otherClient(one, harness);
    const intent = await one.beginWrite('/users');
    await other.fill(place, 'before', { tags });
    const early = await other.lease(place);
    assert.equal(await intent.invalidate(bob), undefined);
    await other.save(place, 'early', early, { tags });
    assert.equal(await other.served(place), undefined);
    const during = await other.lease(place);
    assert.equal(await intent.commit(withTags('alice')), undefined);
    await other.save(place, 'during', during, { tags });
    assert.equal(await other.served(place), undefined);
    assert.equal(await other.fill(place, 'after', { tags }), true);
    assert.equal(await one.served(place), 'after');
  });

  check(`stores entries with a tag ${name} again after an aborted write`, async (one, harness) => {
    const other = await otherClient(one, harness);
    const intent = await one.beginWriteOf(bob);
    const during = await other.lease(place);
    await intent.abort();
    await other.save(place, 'during', during, { tags });
    assert.equal(await other.fill(place, 'after', { tags }), true);
    assert.equal(await one.served(place), 'after');
  });
}
