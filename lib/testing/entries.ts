import assert from 'node:assert/strict';
import type { ResolvedCapabilities } from './capabilities.js';
import { at, entryOf, EVERY_BYTE, folded, HEADERS, LOOKALIKE_KEYS, WIRES } from './fixtures.js';
import type { DefineTest } from './harness.js';
import type { Entry } from '../stores/store.js';

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

const HOUR_MS = 60 * 60 * 1000;

/** What a store gives back, and for how long. */
export function checkEntries(check: DefineTest, { largestBody, usesGivenClock }: ResolvedCapabilities): void {
  check('misses what nobody has kept', async ({ store }) => {
    const lookUp = await store.lookup(at('/users/bob'));
    assert.ok(lookUp.kind === 'miss', `A look-up found: ${lookUp.kind}.`);
    store.release(lookUp.lease, 'unused');
  });

  check('gives what was kept under the fence of a look-up, and says that it has kept it', async user => {
    const address = at('/users/bob');
    const lookUp = await user.store.lookup(address);
    assert.ok(lookUp.kind === 'miss');
    assert.equal(await user.save(address, 'bob', lookUp.lease), true);
    assert.equal(await user.served(address), 'bob');
    assert.equal(await user.served(address), 'bob');
  });

  check('gives back every part of an entry, exactly', async ({ store }, { clock }) => {
    const lifetime = { storedAtMs: clock.now() - 1500, expiresAtMs: clock.now() + HOUR_MS };
    const plain = entryOf(EVERY_BYTE, lifetime, HEADERS);
    const empty = entryOf('', { ...lifetime, expiresAtMs: Infinity });
    const entries: Entry[] = [
      plain,
      empty,
      { ...plain, response: { ...plain.response, status: 404, statusMessage: 'Nobody Here', isStreamed: true } },
      { ...empty, response: { ...empty.response, status: 204, callsNext: false } },
      { ...plain, variants: WIRES },
    ];
    for (const [index, entry] of entries.entries()) {
      const address = at('/users/bob', `entry ${index}`);
      const begun = await store.lease(address);
      assert.ok(begun.kind === 'miss');
      await store.save(address, entry, begun.lease);
      const lookUp = await store.lookup(address);
      assert.ok(lookUp.kind === 'hit', `Entry ${index} is not served.`);
      assert.ok(Buffer.isBuffer(lookUp.entry.response.body), 'The body is no Buffer.');
      assert.deepEqual(partsOf(lookUp.entry), partsOf(entry));
    }
  });

  check('keeps a large body', async ({ store }, { clock }) => {
    const address = at('/large');
    const body = Buffer.alloc(largestBody, EVERY_BYTE);
    const begun = await store.lease(address);
    assert.ok(begun.kind === 'miss');
    await store.save(address, entryOf(body, { storedAtMs: clock.now(), expiresAtMs: Infinity }), begun.lease);
    const lookUp = await store.lookup(address);
    assert.ok(lookUp.kind === 'hit', 'The large body is not served.');
    assert.ok(lookUp.entry.response.body.equals(body), 'The large body is not what was kept.');
  });

  check('gives what was kept last', async user => {
    const address = at('/users/bob');
    await user.fill(address, 'one');
    await user.fill(address, 'two');
    assert.equal(await user.served(address), 'two');
  });

  check('keeps keys that look alike apart', async user => {
    const addresses = LOOKALIKE_KEYS.map(key => at('/users/bob', key));
    for (const [index, address] of addresses.entries()) {
      assert.equal(await user.served(address), undefined, `Nobody has kept ${JSON.stringify(address.key)}.`);
      await user.fill(address, String(index));
    }
    for (const [index, address] of addresses.entries()) assert.equal(await user.served(address), String(index));
  });

  check('keeps paths that look alike apart', async user => {
    const addresses = [at('', 'GET'), at('/a', 'GET a'), at('/A', 'GET A'), at('/a/b', 'GET a b'), at('/a%2Fb', 'GET a/b')];
    addresses.push(folded('/a'), folded('/a/b'));
    for (const address of addresses) await user.fill(address, address.key);
    for (const address of addresses) assert.equal(await user.served(address), address.key);
  });

  check('never serves what has expired when it is saved', async user => {
    const address = at('/users/bob');
    await user.fill(address, 'old', { seconds: 0 });
    assert.equal(await user.served(address), undefined);
  });

  if (!usesGivenClock) return;

  check('serves an entry until it expires, and not from then on', async (user, { clock }) => {
    const [brief, lasting, endless] = [at('/brief'), at('/lasting'), at('/endless')];
    await user.fill(brief, 'brief', { seconds: 60 });
    await user.fill(lasting, 'lasting', { seconds: 3600 });
    await user.fill(endless, 'endless', { seconds: Infinity });
    clock.forward(59_999);
    assert.equal(await user.served(brief), 'brief');
    clock.forward(1);
    assert.equal(await user.served(brief), undefined);
    assert.equal(await user.served(lasting), 'lasting');
    clock.forward(HOUR_MS);
    assert.equal(await user.served(lasting), undefined);
    assert.equal(await user.served(endless), 'endless');
  });

  check('keeps anew what has expired', async (user, { clock }) => {
    const address = at('/users/bob');
    await user.fill(address, 'one', { seconds: 60 });
    clock.forward(60_000);
    assert.equal(await user.fill(address, 'two', { seconds: 60 }), true);
    assert.equal(await user.served(address), 'two');
  });
}

/** What must be the same. An absent reason phrase is one that is `undefined`. */
function partsOf({ response, storedAtMs, expiresAtMs, variants = [] }: Entry): unknown {
  const { status, statusMessage, headers, body, isStreamed, callsNext } = response;
  return {
    ...{ status, statusMessage, headers, body: body.toString('hex'), isStreamed, callsNext, storedAtMs, expiresAtMs },
    variants: variants.map(variant => ({
      ...{ ...variant, acceptEncoding: variant.acceptEncoding, age: variant.age },
      body: Buffer.isBuffer(variant.body) ? variant.body.toString('hex') : { text: variant.body },
    })),
  };
}
