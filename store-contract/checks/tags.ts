import assert from 'node:assert/strict';
import type { ResolvedCapabilities } from '../capabilities.js';
import { at, withComputedTags, LOOKALIKE_TAGS, tagged } from '../fixtures.js';
import type { StoreClient } from '../store-client.js';
import { checkTaggedWrites, type TagSource } from './tagged-writes.js';
import type { DefineTest, StoreHarness } from '../harness.js';

/** The number of invalidated tags that do not concern the fill. */
const OTHERS = 20;

const SOURCES: readonly TagSource[] = [
  { name: 'of the address', address: tagged, own: () => [] },
  { name: 'of the entry', address: path => withComputedTags(path), own: (...tags) => tags },
];

/** Tags: names that invalidate entries, in addition to their paths. */
export function checkTags(check: DefineTest, resolved: ResolvedCapabilities): void {
  for (const source of SOURCES) {
    checkReach(check, source);
    checkComputations(check, source, resolved);
    if (resolved.writeIntents) checkTaggedWrites(check, source, resolved);
  }
  checkBoth(check, resolved);
}

function checkReach(check: DefineTest, { name, address, own }: TagSource): void {
  check(`invalidates the entries with a tag ${name}, and no other entry`, async client => {
    const [bob, team, alice, none] = [
      address('/lists/1', 'bob'),
      address('/lists/2', 'alice', 'bob'),
      address('/lists/3', 'alice'),
      at('/bob'),
    ];
    await client.fill(bob, 'bob', { tags: own('bob') });
    await client.fill(team, 'team', { tags: own('alice', 'bob') });
    await client.fill(alice, 'alice', { tags: own('alice') });
    await client.fill(none, 'none');
    for (const place of [bob, team, alice, none]) assert.ok(await client.served(place), `${place.key} is not served.`);
    await client.invalidateTags('nobody', 'bob');
    assert.deepEqual(await client.servedOf([bob, team, alice, none]), ['alice', 'none']);
    await client.invalidateTags('alice');
    assert.deepEqual(await client.servedOf([bob, team, alice, none]), ['none']);
  });

  check(`distinguishes tags ${name} that look alike`, async client => {
    for (const [index, tag] of LOOKALIKE_TAGS.entries()) {
      assert.equal(await client.fill(address(`/${index}`, tag), tag, { tags: own(tag) }), true);
    }
    for (const [index, tag] of LOOKALIKE_TAGS.entries()) {
      const place = address(`/${index}`, tag);
      assert.equal(await client.served(place), tag, `${JSON.stringify(tag)} was invalidated together with another tag.`);
      await client.invalidateTags(tag);
      assert.equal(await client.served(place), undefined, `${JSON.stringify(tag)} was not invalidated.`);
    }
  });

  check(`distinguishes tags ${name} from paths`, async client => {
    const [list, bob] = [address('/lists/1', '/users/bob', '/'), at('/users/bob')];
    const fillBoth = async () => {
      await client.fill(list, 'list', { tags: own('/users/bob', '/') });
      await client.fill(bob, 'bob');
    };
    await fillBoth();
    await client.invalidate('/users/bob');
    assert.deepEqual(await client.servedOf([list, bob]), ['list']);
    for (const tag of ['/users/bob', '/']) {
      await fillBoth();
      await client.invalidateTags(tag);
      assert.deepEqual(await client.servedOf([list, bob]), ['bob']);
    }
  });

  check(`invalidates prefixes and tags ${name} together, also if both cover the same entry`, async client => {
    const [users, list, both] = [at('/users/bob'), address('/lists/1', 'bob'), address('/users/eve', 'bob')];
    await client.fill(users, 'users');
    await client.fill(list, 'list', { tags: own('bob') });
    await client.fill(both, 'both', { tags: own('bob') });
    await client.invalidateAll({ prefixes: ['/users'], tags: ['bob'] });
    assert.deepEqual(await client.servedOf([users, list, both]), []);
    for (const targets of [{ prefixes: ['/users'] }, { prefixes: [], tags: ['bob'] }]) {
      await client.fill(both, 'both', { tags: own('bob') });
      await client.invalidateAll(targets);
      assert.equal(await client.served(both), undefined);
    }
  });
}

function checkComputations(
  check: DefineTest,
  { name, address, own }: TagSource,
  { tracksTagsIndividually, shared, usesGivenClock }: ResolvedCapabilities,
): void {
  const place = address('/lists/1', 'bob', 'alice');
  const tags = own('bob', 'alice');

  for (const isOther of shared ? [false, true] : [false]) {
    const by = isOther ? ' by another store' : '';
    const otherClient = (client: StoreClient, harness: StoreHarness): Promise<StoreClient> =>
      isOther ? harness.openPeer() : Promise.resolve(client);

    check(`never serves an entry whose lease is older than an invalidation of a tag ${name}${by}`, async (client, harness) => {
      const other = await otherClient(client, harness);
      for (const tag of ['bob', 'alice']) {
        const result = await client.store.lookup(place);
        assert.ok(result.kind === 'miss');
        const lease = await client.lease(place);
        await other.invalidateTags('carol');
        await other.invalidateTags(tag);
        await other.invalidateTags('dave');
        for (const stale of [result.lease, lease]) {
          await client.save(place, 'old', stale, { tags });
          for (const one of [client, other]) assert.equal(await one.served(place), undefined);
        }
        assert.equal(await client.fill(place, 'new', { tags }), true);
        for (const one of [client, other]) assert.equal(await one.served(place), 'new');
        await other.invalidateTags(tag);
        for (const one of [client, other]) assert.equal(await one.served(place), undefined);
      }
    });

    check(`never shares a fill after an invalidation of a tag ${name}${by}`, async (client, harness) => {
      const other = await otherClient(client, harness);
      const early = await client.lease(place);
      assert.equal(client.store.canShare(early, early), true);
      await other.invalidateTags('bob');
      const later = await client.lease(place);
      assert.equal(client.store.canShare(early, later), false);
      for (const lease of [early, later]) client.store.release(lease, 'unused');
    });

    if (tracksTagsIndividually) {
      check(
        `stores an entry whose lease is older than invalidations of tags other than those ${name}${by}`,
        async (client, harness) => {
          const other = await otherClient(client, harness);
          const lease = await client.lease(place);
          for (let index = 0; index < OTHERS; index++) await other.invalidateTags(`other ${index}`);
          assert.equal(await client.save(place, 'list', lease, { tags }), true);
          assert.equal(await other.served(place), 'list');
        },
      );
    }
  }

  if (!usesGivenClock) return;

  check(`replaces an expired entry with tags ${name}`, async (client, { clock }) => {
    await client.fill(place, 'one', { tags, seconds: 60 });
    clock.advance(60_000);
    assert.equal(await client.served(place), undefined);
    assert.equal(await client.fill(place, 'two', { tags }), true);
    await client.invalidateTags('bob');
    assert.equal(await client.served(place), undefined);
  });
}

function checkBoth(check: DefineTest, { shared }: ResolvedCapabilities): void {
  check('invalidates by tags of the address and by tags of the entry', async client => {
    const place = { ...tagged('/lists/1', 'lists'), hasComputedTags: true };
    for (const tag of ['lists', 'bob']) {
      const lease = await client.lease(place);
      await client.fill(place, 'list', { tags: ['bob'] });
      assert.equal(await client.served(place), 'list');
      await client.invalidateTags(tag);
      await client.save(place, 'old', lease, { tags: ['bob'] });
      assert.equal(await client.served(place), undefined);
    }
  });

  check('invalidates by the present tags of an entry, and not by its former tags', async client => {
    const place = withComputedTags('/lists/1');
    await client.fill(place, 'one', { tags: ['bob'] });
    await client.fill(place, 'two', { tags: ['alice'] });
    await client.invalidateTags('bob');
    assert.equal(await client.served(place), 'two');
    await client.invalidateTags('alice');
    assert.equal(await client.served(place), undefined);
    await client.fill(place, 'three', { tags: [] });
    await client.invalidateTags('bob', 'alice');
    assert.equal(await client.served(place), 'three');
  });

  if (!shared) return;

  check('shares no tag with a store of another prefix', async (one, harness) => {
    const stranger = await harness.openUnrelated();
    await one.fill(tagged('/lists/1', 'bob'), 'address');
    await one.fill(withComputedTags('/lists/2'), 'entry', { tags: ['bob'] });
    await stranger.invalidateTags('bob');
    assert.deepEqual(await one.servedOf([tagged('/lists/1', 'bob'), withComputedTags('/lists/2')]), ['address', 'entry']);
  });
}
