import assert from 'node:assert/strict';
import type { Address } from 'routing-controllers-cache';
import { at, caseless } from '../fixtures.js';
import type { StoreClient } from '../store-client.js';
import type { DefineTest } from '../harness.js';

/** An invalidation covers the paths at and under a prefix, in whole segments, and no other path. */
export function checkInvalidations(check: DefineTest): void {
  check('invalidates every entry at and under a prefix, and no other entry', async client => {
    const covered = [at('/users/bob'), at('/users/bob', 'with a query'), at('/users/bob/friends'), at('/users/bob/a/b/c')];
    const left = ['', '/users', '/users/bobby', '/users/bo', '/users/Bob', '/users/bob%2Ffriends', '/users/eve/bob', '/bob'];
    await fillAll(client, [...covered, ...left.map(path => at(path))]);
    await client.invalidate('/users/bob');
    assert.deepEqual(await client.servedOf(covered), []);
    assert.deepEqual(
      await client.servedOf(left.map(path => at(path))),
      left.map(path => at(path).key),
    );
  });

  check('distinguishes paths with an empty segment, as values have them, from all other paths', async client => {
    const [value, another, url] = [at('//values/greeting'), at('//values/greetings'), at('/values/greeting')];
    await fillAll(client, [value, another, url]);
    await client.invalidate('//values/greeting');
    assert.deepEqual(await client.servedOf([value, another, url]), [another.key, url.key]);
    await client.invalidate('/values');
    assert.deepEqual(await client.servedOf([another, url]), [another.key]);
    await client.invalidate('//values');
    assert.equal(await client.served(another), undefined);
  });

  for (const root of ['/', '']) {
    check(`invalidates everything by ${JSON.stringify(root)}`, async client => {
      const all = [
        at(''),
        at('//values/a'),
        at('/users'),
        at('/users/bob/friends'),
        at('/users', 'another key'),
        caseless('/Files/A'),
      ];
      await fillAll(client, all);
      await client.invalidate(root);
      assert.deepEqual(await client.servedOf(all), []);
    });
  }

  check('invalidates entries that an earlier look-up may have copied into memory', async client => {
    const address = at('/users/bob');
    for (const text of ['one', 'two', 'three']) {
      await client.fill(address, text);
      assert.equal(await client.served(address), text);
      assert.equal(await client.served(address), text);
      await client.invalidate('/users');
      assert.equal(await client.served(address), undefined);
    }
  });

  check('invalidates several prefixes at once, or no prefix', async client => {
    const [users, files, others] = [at('/users/bob'), at('/files/a'), at('/others')];
    await fillAll(client, [users, files, others]);
    await client.invalidate();
    assert.equal((await client.servedOf([users, files, others])).length, 3);
    await client.invalidate('/users', '/files/a', '/users', '/nothing/here');
    assert.deepEqual(await client.servedOf([users, files, others]), [others.key]);
  });

  check('invalidates a deep and long path by each of its prefixes', async client => {
    const segments = Array.from({ length: 40 }, (_, index) => `${index}-${'s'.repeat(index * 10)}`);
    const address = at(`/${segments.join('/')}`);
    for (let depth = 1; depth <= segments.length; depth++) {
      await client.fill(address, String(depth));
      assert.equal(await client.served(address), String(depth));
      await client.invalidate(`/${segments.slice(0, depth).join('/')}`);
      assert.equal(
        await client.served(address),
        undefined,
        `The store serves the entry after an invalidation of ${depth} of its segments.`,
      );
    }
  });

  check('invalidates a path that ignores letter case by any spelling, and no other path', async client => {
    const [file, exact] = [caseless('/Files/A'), at('/files/a')];
    for (const prefix of ['/FILES', '/files/A', '/Files/A', '/fILES/a']) {
      await client.fill(file, 'file');
      const lease = await client.lease(file);
      await client.invalidate(prefix);
      await client.save(file, 'old', lease);
      assert.equal(await client.served(file), undefined, `The store serves the entry after an invalidation of ${prefix}.`);
    }
    await fillAll(client, [file, exact]);
    await client.invalidate('/files/b', '/Files/A/b', '/FILES/A%2F', '/file');
    assert.deepEqual(await client.servedOf([file, exact]), [file.key, exact.key]);
    await client.invalidate('/FILES/A');
    assert.deepEqual(await client.servedOf([file, exact]), [exact.key]);
  });

  check('never serves an entry under a path that was invalidated after the entry was computed for another path', async client => {
    const [first, second] = [at('/first', 'key'), at('/second', 'key')];
    await client.fill(first, 'old');
    await client.invalidate('/second');
    assert.equal(await client.served(second), undefined);
    assert.equal(await client.served(first), 'old');
  });

  check('invalidates an entry that several paths share by each path', async client => {
    const [first, second] = [at('/first', 'key'), at('/second', 'key')];
    for (const [prefix, reached] of [
      ['/second', second],
      ['/first', first],
    ] as const) {
      await client.fill(first, 'shared');
      // The contract leaves open if the store serves the entry under the second path.
      await client.served(second);
      await client.invalidate(prefix);
      assert.equal(await client.served(reached), undefined);
    }
    await client.invalidate('/');
    await client.fill(first, 'shared');
    await client.invalidate('/first');
    assert.equal(
      await client.served(second),
      undefined,
      'The store serves an entry after an invalidation of the path that it was computed for.',
    );
  });
}

/** Fills each address, with its key as the body. */
async function fillAll(client: StoreClient, addresses: readonly Address[]): Promise<void> {
  for (const address of addresses) assert.equal(await client.fill(address, address.key), true, `${address.key} is not stored.`);
  assert.deepEqual(
    await client.servedOf(addresses),
    addresses.map(({ key }) => key),
  );
}
