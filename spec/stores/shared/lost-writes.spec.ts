import { SharedStore } from '../../../lib/stores/shared/shared-store.js';
import type { Address, Entry } from '../../../lib/stores/store.js';
import { HeldDriver } from '../../support/held-driver.js';
import { MemoryDriver } from '../../support/memory-driver.js';
import { entryOf, leaseOver } from '../../support/processes.js';

const START_MS = Date.UTC(2026, 0, 1);
const MINUTE_MS = 60_000;
/** Milliseconds after which the store takes a change for dead when nothing is heard of it. */
const CHANGE_MS = 30_000;
const ADDRESS: Address = { key: 'GET /users/bob', path: { path: '/users/bob', ignoresCase: false } };
const TAGGED: Address = { ...ADDRESS, hasComputedTags: true };
const TARGETS = { prefixes: ['/users/bob'] };

let driver: MemoryDriver;
let opened: SharedStore[];

beforeEach(() => {
  driver = new MemoryDriver();
  opened = [];
});

afterEach(async () => {
  jest.useRealTimers();
  await Promise.all(opened.map(store => store.close()));
});

/** @param aheadMs by how much the clock of the process is fast */
function open(aheadMs = 0, on = new HeldDriver(driver)): SharedStore {
  const store = new SharedStore(on, {
    clock: { now: () => START_MS + aheadMs },
    keyPrefix: 'rcc',
    storeTimeoutMs: 5000,
    collapseTimeoutMs: 10_000,
    reportFault: () => undefined,
  });
  opened.push(store);
  return store;
}

function entry(tags?: readonly string[]): Entry {
  return entryOf('old', { storedAtMs: START_MS, expiresAtMs: START_MS + 60 * MINUTE_MS, tags });
}

describe('a change whose process dies', () => {
  it.each([-MINUTE_MS, MINUTE_MS])(
    'counts as under way by the clock of the store, for a process whose clock is %d ms fast',
    async aheadMs => {
      const reader = open(aheadMs);
      await open().beginWrite(TARGETS);
      expect(await reader.save(ADDRESS, entry(), await leaseOver(reader, ADDRESS))).toBe(false);
      driver.pass(CHANGE_MS - 1);
      expect(await reader.save(ADDRESS, entry(), await leaseOver(reader, ADDRESS))).toBe(false);
      driver.pass(1);
      expect(await reader.save(ADDRESS, entry(), await leaseOver(reader, ADDRESS))).toBe(true);
    },
  );

  it('prevents the storage of a response that began during it, also after other changes', async () => {
    const reader = open();
    await open().beginWrite(TARGETS);
    const fence = await leaseOver(reader, ADDRESS);
    driver.pass(CHANGE_MS);
    await (await open().beginWrite(TARGETS)).abort();
    expect(await reader.save(ADDRESS, entry(), fence)).toBe(false);
    expect(await reader.save(ADDRESS, entry(), await leaseOver(reader, ADDRESS))).toBe(true);
  });

  it('prevents the storage of a response with its tag, also if the store has evicted the write intent', async () => {
    const reader = open();
    await open().beginWrite({ prefixes: [], tags: ['user:bob'] });
    const fence = await leaseOver(reader, TAGGED);
    driver.values.delete('rcc:t:user%3Abob');
    expect(await reader.save(TAGGED, entry(['user:bob']), fence)).toBe(false);
    expect(await reader.save(TAGGED, entry(['user:bob']), await leaseOver(reader, TAGGED))).toBe(true);
  });
});

describe('a change whose announcement the store has forgotten when the change ends', () => {
  const held = (): HeldDriver => new HeldDriver(driver);

  it.each([
    [CHANGE_MS - 1, false],
    [CHANGE_MS, true],
  ])('reports whether the invalidation of its end was not delivered (after %d ms: %s)', async (ms, hasLapsed) => {
    jest.useFakeTimers({ now: START_MS, doNotFake: ['setTimeout', 'setInterval', 'setImmediate', 'nextTick', 'queueMicrotask'] });
    const on = held();
    const change = await open(0, on).beginWrite(TARGETS);
    // As a process that is stopped: no timer fires, and the clock goes on.
    jest.setSystemTime(START_MS + ms);
    on.failing.add('compareAndSet');
    expect(await change.commit({ prefixes: [] })).toMatchObject({ kind: 'undelivered', hasLapsed });
  });
});

describe('the keys in the store', () => {
  it('stay for a path whose response was stored', async () => {
    const store = open();
    const unstorable = await leaseOver(store, ADDRESS);
    await store.save(ADDRESS, entry(), await leaseOver(store, ADDRESS));
    store.release(unstorable, 'unused');
    driver.pass(10_000);
    expect(await open().lookup(ADDRESS)).toMatchObject({ kind: 'hit' });
  });
});
