import assert from 'node:assert/strict';
import type { ResolvedCapabilities } from './capabilities.js';
import { at, awaiting, LOOKALIKE_TAGS, tagged } from './fixtures.js';
import type { StoreClient } from './store-client.js';
import { checkTaggedWrites, type TagWay } from './tagged-writes.js';
import type { DefineTest, StoreHarness } from './harness.js';

/** Invalidations of other tags that must not get into a computation's way. */
const OTHERS = 20;

const WAYS: readonly TagWay[] = [
  { name: 'of its address', address: tagged, own: () => [] },
  { name: 'that it brings', address: path => awaiting(path), own: (...tags) => tags },
];

/** Names that entries are invalidated by, beside their paths. */
export function checkTags(check: DefineTest, demands: ResolvedCapabilities): void {
  for (const decision of WAYS) {
    checkReach(check, decision);
    checkComputations(check, decision, demands);
    if (demands.writeIntents) checkTaggedWrites(check, decision, demands);
  }
  checkBoth(check, demands);
}

function checkReach(check: DefineTest, { name, address, own }: TagWay): void {
  check(`invalidates what has a tag ${name}, and nothing else`, async user => {
    const [bob, team, alice, none] = [
      address('/lists/1', 'bob'),
      address('/lists/2', 'alice', 'bob'),
      address('/lists/3', 'alice'),
      at('/bob'),
    ];
    await user.fill(bob, 'bob', { tags: own('bob') });
    await user.fill(team, 'team', { tags: own('alice', 'bob') });
    await user.fill(alice, 'alice', { tags: own('alice') });
    await user.fill(none, 'none');
    for (const place of [bob, team, alice, none]) assert.ok(await user.served(place), `${place.key} is not served.`);
    await user.invalidateTags('nobody', 'bob');
    assert.deepEqual(await user.servedOf([bob, team, alice, none]), ['alice', 'none']);
    await user.invalidateTags('alice');
    assert.deepEqual(await user.servedOf([bob, team, alice, none]), ['none']);
  });

  check(`keeps tags ${name} apart that look alike`, async user => {
    for (const [index, tag] of LOOKALIKE_TAGS.entries()) {
      assert.equal(await user.fill(address(`/${index}`, tag), tag, { tags: own(tag) }), true);
    }
    for (const [index, tag] of LOOKALIKE_TAGS.entries()) {
      const place = address(`/${index}`, tag);
      assert.equal(await user.served(place), tag, `${JSON.stringify(tag)} was invalidated with another.`);
      await user.invalidateTags(tag);
      assert.equal(await user.served(place), undefined, `${JSON.stringify(tag)} was not invalidated.`);
    }
  });

  check(`keeps tags ${name} apart from paths`, async user => {
    const [list, bob] = [address('/lists/1', '/users/bob', '/'), at('/users/bob')];
    const keepBoth = async () => {
      await user.fill(list, 'list', { tags: own('/users/bob', '/') });
      await user.fill(bob, 'bob');
    };
    await keepBoth();
    await user.invalidate('/users/bob');
    assert.deepEqual(await user.servedOf([list, bob]), ['list']);
    for (const tag of ['/users/bob', '/']) {
      await keepBoth();
      await user.invalidateTags(tag);
      assert.deepEqual(await user.servedOf([list, bob]), ['bob']);
    }
  });

  check(`takes prefixes and tags ${name} together, also where they mean the same entry`, async user => {
    const [users, list, both] = [at('/users/bob'), address('/lists/1', 'bob'), address('/users/eve', 'bob')];
    await user.fill(users, 'users');
    await user.fill(list, 'list', { tags: own('bob') });
    await user.fill(both, 'both', { tags: own('bob') });
    await user.invalidateAll({ prefixes: ['/users'], tags: ['bob'] });
    assert.deepEqual(await user.servedOf([users, list, both]), []);
    for (const targets of [{ prefixes: ['/users'] }, { prefixes: [], tags: ['bob'] }]) {
      await user.fill(both, 'both', { tags: own('bob') });
      await user.invalidateAll(targets);
      assert.equal(await user.served(both), undefined);
    }
  });
}

function checkComputations(
  check: DefineTest,
  { name, address, own }: TagWay,
  { tracksTagsIndividually, shared, usesGivenClock }: ResolvedCapabilities,
): void {
  const place = address('/lists/1', 'bob', 'alice');
  const tags = own('bob', 'alice');

  for (const isOther of shared ? [false, true] : [false]) {
    const by = isOther ? ' by another' : '';
    const otherOf = (user: StoreClient, harness: StoreHarness): Promise<StoreClient> =>
      isOther ? harness.openPeer() : Promise.resolve(user);

    check(`never serves what was begun before an invalidation of a tag ${name}${by}`, async (user, harness) => {
      const other = await otherOf(user, harness);
      for (const tag of ['bob', 'alice']) {
        const lookUp = await user.store.lookup(place);
        assert.ok(lookUp.kind === 'miss');
        const lease = await user.lease(place);
        await other.invalidateTags('carol');
        await other.invalidateTags(tag);
        await other.invalidateTags('dave');
        await user.save(place, 'old', lookUp.lease, { tags });
        await user.save(place, 'old', lease, { tags });
        for (const one of [user, other]) assert.equal(await one.served(place), undefined);
        assert.equal(await user.fill(place, 'new', { tags }), true);
        for (const one of [user, other]) assert.equal(await one.served(place), 'new');
        await other.invalidateTags(tag);
        for (const one of [user, other]) assert.equal(await one.served(place), undefined);
      }
    });

    check(`lets nothing that was begun before an invalidation of a tag ${name}${by} answer later ones`, async (user, harness) => {
      const other = await otherOf(user, harness);
      const early = await user.lease(place);
      assert.equal(user.store.canShare(early, early), true);
      await other.invalidateTags('bob');
      const later = await user.lease(place);
      assert.equal(user.store.canShare(early, later), false);
      for (const lease of [early, later]) user.store.release(lease, 'unused');
    });

    if (tracksTagsIndividually) {
      check(`keeps what was begun before invalidations of other tags than those ${name}${by}`, async (user, harness) => {
        const other = await otherOf(user, harness);
        const lease = await user.lease(place);
        for (let index = 0; index < OTHERS; index++) await other.invalidateTags(`other ${index}`);
        assert.equal(await user.save(place, 'list', lease, { tags }), true);
        assert.equal(await other.served(place), 'list');
      });
    }
  }

  if (!usesGivenClock) return;

  check(`keeps anew what has expired with tags ${name}`, async (user, { clock }) => {
    await user.fill(place, 'one', { tags, seconds: 60 });
    clock.forward(60_000);
    assert.equal(await user.served(place), undefined);
    assert.equal(await user.fill(place, 'two', { tags }), true);
    await user.invalidateTags('bob');
    assert.equal(await user.served(place), undefined);
  });
}

function checkBoth(check: DefineTest, { shared }: ResolvedCapabilities): void {
  check('invalidates by tags of the address and by tags that the entry brings', async user => {
    const place = { ...tagged('/lists/1', 'lists'), hasComputedTags: true };
    for (const tag of ['lists', 'bob']) {
      const lease = await user.lease(place);
      await user.fill(place, 'list', { tags: ['bob'] });
      assert.equal(await user.served(place), 'list');
      await user.invalidateTags(tag);
      await user.save(place, 'old', lease, { tags: ['bob'] });
      assert.equal(await user.served(place), undefined);
    }
  });

  check('invalidates by the tags that the entry has, and by none that it had', async user => {
    const place = awaiting('/lists/1');
    await user.fill(place, 'one', { tags: ['bob'] });
    await user.fill(place, 'two', { tags: ['alice'] });
    await user.invalidateTags('bob');
    assert.equal(await user.served(place), 'two');
    await user.invalidateTags('alice');
    assert.equal(await user.served(place), undefined);
    await user.fill(place, 'three', { tags: [] });
    await user.invalidateTags('bob', 'alice');
    assert.equal(await user.served(place), 'three');
  });

  if (!shared) return;

  check('has no tag in common with a cache of another prefix', async (one, harness) => {
    const stranger = await harness.openUnrelated();
    await one.fill(tagged('/lists/1', 'bob'), 'fixed');
    await one.fill(awaiting('/lists/2'), 'brought', { tags: ['bob'] });
    await stranger.invalidateTags('bob');
    assert.deepEqual(await one.servedOf([tagged('/lists/1', 'bob'), awaiting('/lists/2')]), ['fixed', 'brought']);
  });
}
