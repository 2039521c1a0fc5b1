import assert from 'node:assert/strict';
import type { ResolvedCapabilities } from './capabilities.js';
import { at, under } from './fixtures.js';
import type { StoreClient } from './store-client.js';
import type { DefineTest, StoreHarness } from './harness.js';

const PREFIXES = ['/users/bob/friends', '/users/bob', '/users', '/'];

/** Nothing that is computed while data are being changed is kept. */
export function checkWriteIntents(check: DefineTest, { shared }: ResolvedCapabilities): void {
  const otherOf = (user: StoreClient, harness: StoreHarness): Promise<StoreClient> =>
    shared ? harness.openPeer() : Promise.resolve(user);
  const address = at('/users/bob/friends');

  for (const prefix of PREFIXES) {
    check(`keeps nothing while a change of ${prefix} lasts, whenever it was begun`, async (one, harness) => {
      const other = await otherOf(one, harness);
      await other.fill(address, 'before');
      const early = await other.lease(address);
      const change = await one.beginWrite(prefix);
      const during = await other.lease(address);
      const late = await one.lease(address);
      await other.save(address, 'early', early);
      await other.save(address, 'during', during);
      for (const user of [one, other]) assert.notEqual(await user.served(address), 'during');
      assert.equal(await change.commit(under()), undefined);
      await one.save(address, 'late', late);
      for (const user of [one, other]) assert.equal(await user.served(address), undefined);
      assert.equal(await other.fill(address, 'after'), true);
      for (const user of [one, other]) assert.equal(await user.served(address), 'after');
    });
  }

  check('lets no computation answer who asks when the change has ended', async (one, harness) => {
    const other = await otherOf(one, harness);
    const early = await other.lease(address);
    const change = await one.beginWrite('/users');
    const during = await other.lease(address);
    await change.commit(under());
    const after = await other.lease(address);
    assert.equal(other.store.canShare(early, after), false);
    assert.equal(other.store.canShare(during, after), false);
    for (const lease of [early, during, after]) other.store.release(lease, 'unused');
  });

  check('leaves what is beside the change', async (one, harness) => {
    const other = await otherOf(one, harness);
    const beside = [at('/users/bobby'), at('/users'), at('')];
    await other.fill(at('/users/bobby'), 'before');
    const change = await one.beginWrite('/users/bob');
    assert.equal(await other.served(at('/users/bobby')), 'before');
    for (const place of beside) await other.fill(place, 'during');
    await change.commit(under());
    for (const place of beside) assert.equal(await other.served(place), 'during');
  });

  check('keeps again what is computed when nothing has changed, and nothing from meanwhile', async (one, harness) => {
    const other = await otherOf(one, harness);
    await other.fill(address, 'before');
    const change = await one.beginWrite('/users');
    const during = await other.lease(address);
    await change.abort();
    await other.save(address, 'during', during);
    // What was there before may be served again, or not.
    assert.notEqual(await other.served(address), 'during');
    assert.equal(await other.fill(address, 'after'), true);
    assert.equal(await one.served(address), 'after');
  });

  check('invalidates what it has changed so far, and goes on', async (one, harness) => {
    const other = await otherOf(one, harness);
    const [file, beside] = [at('/files/a'), at('/others')];
    const change = await one.beginWrite('/users');
    await other.fill(file, 'before');
    await other.fill(beside, 'beside');
    const early = await other.lease(file);
    assert.equal(await change.invalidate(under('/files')), undefined);
    await other.save(file, 'early', early);
    assert.equal(await other.served(file), undefined);
    const during = [await other.lease(file), await other.lease(address)] as const;
    await change.commit(under());
    await other.save(file, 'during', during[0]);
    await other.save(address, 'during', during[1]);
    for (const place of [file, address]) {
      assert.equal(await other.served(place), undefined);
      assert.equal(await other.fill(place, 'after'), true);
      assert.equal(await one.served(place), 'after');
    }
    assert.equal(await one.served(beside), 'beside');
  });

  check('still invalidates what it had changed when it is abandoned', async (one, harness) => {
    const other = await otherOf(one, harness);
    const change = await one.beginWrite('/users');
    await change.invalidate(under());
    const during = await other.lease(address);
    await change.abort();
    await other.save(address, 'during', during);
    assert.equal(await other.served(address), undefined);
  });

  check('invalidates at its end what it was not begun with, too', async (one, harness) => {
    const other = await otherOf(one, harness);
    await other.fill(at('/files/a'), 'before');
    const early = await other.lease(at('/files/a'));
    const change = await one.beginWrite('/users');
    await change.commit(under('/files'));
    assert.equal(await other.served(at('/files/a')), undefined);
    await other.save(at('/files/a'), 'early', early);
    assert.equal(await other.served(at('/files/a')), undefined);
  });

  check('keeps nothing until the last of several changes has ended', async (one, harness) => {
    const other = await otherOf(one, harness);
    const changes = [await one.beginWrite('/users'), await other.beginWrite('/users/bob'), await one.beginWrite('/')];
    for (const [index, change] of changes.entries()) {
      await one.fill(address, String(index));
      assert.equal(await other.served(address), undefined);
      await (index === 1 ? change.abort() : change.commit(under()));
      assert.equal(await other.served(address), undefined);
    }
    assert.equal(await one.fill(address, 'after'), true);
    assert.equal(await other.served(address), 'after');
  });

  check('takes an invalidation by another while it lasts', async (one, harness) => {
    const other = await otherOf(one, harness);
    await other.fill(address, 'before');
    const change = await one.beginWrite('/users');
    await other.invalidate('/users');
    await change.abort();
    assert.equal(await one.served(address), undefined);
  });
}
