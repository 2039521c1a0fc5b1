import assert from 'node:assert/strict';
import type { Address } from '../stores/store.js';
import { at, folded } from './fixtures.js';
import type { StoreClient } from './store-client.js';
import type { DefineTest } from './harness.js';

/** All at and under a prefix, in whole segments, and nothing else. */
export function checkInvalidations(check: DefineTest): void {
  check('invalidates all at and under a prefix, and leaves what is beside it', async user => {
    const covered = [at('/users/bob'), at('/users/bob', 'with a query'), at('/users/bob/friends'), at('/users/bob/a/b/c')];
    const left = ['', '/users', '/users/bobby', '/users/bo', '/users/Bob', '/users/bob%2Ffriends', '/users/eve/bob', '/bob'];
    await keepAll(user, [...covered, ...left.map(path => at(path))]);
    await user.invalidate('/users/bob');
    assert.deepEqual(await user.servedOf(covered), []);
    assert.deepEqual(
      await user.servedOf(left.map(path => at(path))),
      left.map(path => at(path).key),
    );
  });

  check('tells paths with an empty segment, as values have them, from all others', async user => {
    const [value, another, url] = [at('//values/greeting'), at('//values/greetings'), at('/values/greeting')];
    await keepAll(user, [value, another, url]);
    await user.invalidate('//values/greeting');
    assert.deepEqual(await user.servedOf([value, another, url]), [another.key, url.key]);
    await user.invalidate('/values');
    assert.deepEqual(await user.servedOf([another, url]), [another.key]);
    await user.invalidate('//values');
    assert.equal(await user.served(another), undefined);
  });

  for (const root of ['/', '']) {
    check(`invalidates everything by ${JSON.stringify(root)}`, async user => {
      const all = [
        at(''),
        at('//values/a'),
        at('/users'),
        at('/users/bob/friends'),
        at('/users', 'another key'),
        folded('/Files/A'),
      ];
      await keepAll(user, all);
      await user.invalidate(root);
      assert.deepEqual(await user.servedOf(all), []);
    });
  }

  check('invalidates what was looked up before, and so may be at hand', async user => {
    const address = at('/users/bob');
    for (const text of ['one', 'two', 'three']) {
      await user.fill(address, text);
      assert.equal(await user.served(address), text);
      assert.equal(await user.served(address), text);
      await user.invalidate('/users');
      assert.equal(await user.served(address), undefined);
    }
  });

  check('invalidates several prefixes at once, and none', async user => {
    const [users, files, others] = [at('/users/bob'), at('/files/a'), at('/others')];
    await keepAll(user, [users, files, others]);
    await user.invalidate();
    assert.equal((await user.servedOf([users, files, others])).length, 3);
    await user.invalidate('/users', '/files/a', '/users', '/nothing/here');
    assert.deepEqual(await user.servedOf([users, files, others]), [others.key]);
  });

  check('invalidates by any prefix of a path that is deep and long', async user => {
    const segments = Array.from({ length: 40 }, (_, index) => `${index}-${'s'.repeat(index * 10)}`);
    const address = at(`/${segments.join('/')}`);
    for (let depth = 1; depth <= segments.length; depth++) {
      await user.fill(address, String(depth));
      assert.equal(await user.served(address), String(depth));
      await user.invalidate(`/${segments.slice(0, depth).join('/')}`);
      assert.equal(await user.served(address), undefined, `It was invalidated by ${depth} of its segments.`);
    }
  });

  check('reaches a path whose letter case says nothing by any spelling, and leaves others', async user => {
    const [file, exact] = [folded('/Files/A'), at('/files/a')];
    for (const prefix of ['/FILES', '/files/A', '/Files/A', '/fILES/a']) {
      await user.fill(file, 'file');
      const lease = await user.lease(file);
      await user.invalidate(prefix);
      await user.save(file, 'old', lease);
      assert.equal(await user.served(file), undefined, `It was invalidated by ${prefix}.`);
    }
    await keepAll(user, [file, exact]);
    await user.invalidate('/files/b', '/Files/A/b', '/FILES/A%2F', '/file');
    assert.deepEqual(await user.servedOf([file, exact]), [file.key, exact.key]);
    await user.invalidate('/FILES/A');
    assert.deepEqual(await user.servedOf([file, exact]), [exact.key]);
  });

  check(
    'never serves under one path what was computed before that path was invalidated, though it came by another',
    async user => {
      const [first, second] = [at('/first', 'key'), at('/second', 'key')];
      await user.fill(first, 'old');
      await user.invalidate('/second');
      assert.equal(await user.served(second), undefined);
      assert.equal(await user.served(first), 'old');
    },
  );

  check('reaches an entry that several paths share by each of them', async user => {
    const [first, second] = [at('/first', 'key'), at('/second', 'key')];
    for (const [prefix, reached] of [
      ['/second', second],
      ['/first', first],
    ] as const) {
      await user.fill(first, 'shared');
      // Whether it is served under the second path, too, is the store's.
      await user.served(second);
      await user.invalidate(prefix);
      assert.equal(await user.served(reached), undefined);
    }
    await user.invalidate('/');
    await user.fill(first, 'shared');
    await user.invalidate('/first');
    assert.equal(await user.served(second), undefined, 'What was computed under the one path is invalidated with it.');
  });
}

/** Each with its key for a body. */
async function keepAll(user: StoreClient, addresses: readonly Address[]): Promise<void> {
  for (const address of addresses) assert.equal(await user.fill(address, address.key), true, `${address.key} is not kept.`);
  assert.deepEqual(
    await user.servedOf(addresses),
    addresses.map(({ key }) => key),
  );
}
