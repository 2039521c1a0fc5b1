import assert from 'node:assert/strict';
import type { ResolvedCapabilities } from './capabilities.js';
import { at } from './samples.js';
import type { DefineTest } from './trial.js';

/** What a store says of itself, and how it ends. */
export function checkSize(check: DefineTest, { shared, maxBytes }: ResolvedCapabilities): void {
  check('says how large it is', async user => {
    for (const name of ['ada', 'bob', 'eve']) await user.fill(at(`/users/${name}`), name.repeat(100));
    const { entries, bytes } = user.store.size();
    for (const count of [entries, bytes]) assert.ok(Number.isInteger(count) && count >= 0, `The size is ${count}.`);
    if (shared) return;
    assert.equal(entries, 3);
    assert.ok(bytes >= 900, `Bodies of 900 bytes are said to take ${bytes}.`);
  });

  check('closes, whatever is under way', async user => {
    await user.fill(at('/users/bob'), 'bob');
    await user.lease(at('/users/eve'));
    await user.store.close();
  });

  if (maxBytes === undefined) return;

  check('stays within its bounds, and keeps what comes', async user => {
    const text = 'x'.repeat(Math.ceil(maxBytes / 20));
    for (let index = 0; index < 60; index++) {
      await user.fill(at(`/junk/${index}`), text);
      assert.equal(await user.served(at(`/junk/${index}`)), text);
      assert.ok(user.store.size().bytes <= maxBytes, `It takes ${user.store.size().bytes} bytes.`);
    }
  });
}
