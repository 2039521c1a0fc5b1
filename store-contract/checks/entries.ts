import assert from 'node:assert/strict';
import type { ResolvedCapabilities } from '../capabilities.js';
import { at, entryOf, EVERY_BYTE, caseless, HEADERS, LOOKALIKE_KEYS, VARIANTS } from '../fixtures.js';
import type { DefineTest } from '../harness.js';
import type { Entry } from 'routing-controllers-cache';

/** The size of a store, and its end. */
export function checkSize(check: DefineTest, { shared, maxBytes }: ResolvedCapabilities): void {
  check('reports its size', async client => {
    for (const name of ['ada', 'bob', 'eve']) await client.fill(at(`/users/${name}`), name.repeat(100));
    const { entries, bytes } = client.store.size();
    for (const count of [entries, bytes]) assert.ok(Number.isInteger(count) && count >= 0, `The size is ${count}.`);
    if (shared) return;
    assert.equal(entries, 3);
    assert.ok(bytes >= 900, `The store reports ${bytes} bytes for bodies of 900 bytes.`);
  });

  check('closes while leases are open', async client => {
    await client.fill(at('/users/bob'), 'bob');
    await client.lease(at('/users/eve'));
    await client.store.close();
  });

  if (maxBytes === undefined) return;

  check('stays within its limit, and accepts new entries', async client => {
    const text = 'x'.repeat(Math.ceil(maxBytes / 20));
    for (let index = 0; index < 60; index++) {
      await client.fill(at(`/junk/${index}`), text);
      assert.equal(await client.served(at(`/junk/${index}`)), text);
      assert.ok(client.store.size().bytes <= maxBytes, `The store takes ${client.store.size().bytes} bytes.`);
    }
  });
}

const HOUR_MS = 60 * 60 * 1000;

/** The entries that a store returns, and their lifetime. */
export function checkEntries(check: DefineTest, { largestBody, usesGivenClock }: ResolvedCapabilities): void {
  check('misses an address without an entry', async ({ store }) => {
    const result = await store.lookup(at('/users/bob'));
    assert.ok(result.kind === 'miss', `The look-up returned ${result.kind}.`);
    store.release(result.lease, 'unused');
  });

  check('serves an entry that was saved under the lease of a look-up, and reports that it is stored', async client => {
    const address = at('/users/bob');
    const result = await client.store.lookup(address);
    assert.ok(result.kind === 'miss');
    assert.equal(await client.save(address, 'bob', result.lease), true);
    assert.equal(await client.served(address), 'bob');
    assert.equal(await client.served(address), 'bob');
  });

  check('returns every part of an entry exactly', async ({ store }, { clock }) => {
    const lifetime = { storedAtMs: clock.now() - 1500, expiresAtMs: clock.now() + HOUR_MS };
    const plain = entryOf(EVERY_BYTE, lifetime, HEADERS);
    const empty = entryOf('', { ...lifetime, expiresAtMs: Infinity });
    const entries: Entry[] = [
      plain,
      empty,
      { ...plain, response: { ...plain.response, status: 404, statusMessage: 'Nobody Here', isStreamed: true } },
      { ...empty, response: { ...empty.response, status: 204, callsNext: false } },
      { ...plain, variants: VARIANTS },
    ];
    for (const [index, entry] of entries.entries()) {
      const address = at('/users/bob', `entry ${index}`);
      const leased = await store.lease(address);
      assert.ok(leased.kind === 'miss');
      await store.save(address, entry, leased.lease);
      const result = await store.lookup(address);
      assert.ok(result.kind === 'hit', `The store does not serve entry ${index}.`);
      assert.ok(Buffer.isBuffer(result.entry.response.body), 'The body is not a Buffer.');
      assert.deepEqual(partsOf(result.entry), partsOf(entry));
    }
  });

  check('stores a large body', async ({ store }, { clock }) => {
    const address = at('/large');
    const body = Buffer.alloc(largestBody, EVERY_BYTE);
    const leased = await store.lease(address);
    assert.ok(leased.kind === 'miss');
    await store.save(address, entryOf(body, { storedAtMs: clock.now(), expiresAtMs: Infinity }), leased.lease);
    const result = await store.lookup(address);
    assert.ok(result.kind === 'hit', 'The store does not serve the large body.');
    assert.ok(result.entry.response.body.equals(body), 'The store serves different bytes of the large body.');
  });

  check('serves the entry that was saved last', async client => {
    const address = at('/users/bob');
    await client.fill(address, 'one');
    await client.fill(address, 'two');
    assert.equal(await client.served(address), 'two');
  });

  check('distinguishes keys that look alike', async client => {
    const addresses = LOOKALIKE_KEYS.map(key => at('/users/bob', key));
    for (const [index, address] of addresses.entries()) {
      assert.equal(await client.served(address), undefined, `No client has stored ${JSON.stringify(address.key)}.`);
      await client.fill(address, String(index));
    }
    for (const [index, address] of addresses.entries()) assert.equal(await client.served(address), String(index));
  });

  check('distinguishes paths that look alike', async client => {
    const addresses = [at('', 'GET'), at('/a', 'GET a'), at('/A', 'GET A'), at('/a/b', 'GET a b'), at('/a%2Fb', 'GET a/b')];
    addresses.push(caseless('/a'), caseless('/a/b'));
    for (const address of addresses) await client.fill(address, address.key);
    for (const address of addresses) assert.equal(await client.served(address), address.key);
  });

  check('never serves an entry that is saved after it expired', async client => {
    const address = at('/users/bob');
    await client.fill(address, 'old', { seconds: 0 });
    assert.equal(await client.served(address), undefined);
  });

  if (!usesGivenClock) return;

  check('serves an entry until the moment it expires', async (client, { clock }) => {
    const [brief, lasting, endless] = [at('/brief'), at('/lasting'), at('/endless')];
    await client.fill(brief, 'brief', { seconds: 60 });
    await client.fill(lasting, 'lasting', { seconds: 3600 });
    await client.fill(endless, 'endless', { seconds: Infinity });
    clock.advance(59_999);
    assert.equal(await client.served(brief), 'brief');
    clock.advance(1);
    assert.equal(await client.served(brief), undefined);
    assert.equal(await client.served(lasting), 'lasting');
    clock.advance(HOUR_MS);
    assert.equal(await client.served(lasting), undefined);
    assert.equal(await client.served(endless), 'endless');
  });

  check('replaces an expired entry', async (client, { clock }) => {
    const address = at('/users/bob');
    await client.fill(address, 'one', { seconds: 60 });
    clock.advance(60_000);
    assert.equal(await client.fill(address, 'two', { seconds: 60 }), true);
    assert.equal(await client.served(address), 'two');
  });
}

/** Returns the parts of an entry that must be equal. An absent reason phrase equals `undefined`. */
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
