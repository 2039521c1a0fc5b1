import type { SharedStore } from '../../../lib/stores/shared/shared-store.js';
import type { Address, LookupMiss } from '../../../lib/stores/store.js';
import { HeldDriver } from '../../support/held-driver.js';
import { MemoryDriver } from '../../support/memory-driver.js';
import { entryOf, sharedStoreOn } from '../../support/processes.js';

const ADDRESS: Address = { key: 'GET /users/bob', path: { path: '/users/bob', ignoresCase: false }, tags: ['users'] };
const TARGETS = { prefixes: ['/users'], tags: ['users'] };
const TIMEOUT_MS = 250;

let latencyMs: number;
let faults: unknown[];
let driver: HeldDriver;
let store: SharedStore;

beforeEach(() => {
  // A deadline lets the real event loop poll once more.
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  faults = [];
  driver = new HeldDriver(new MemoryDriver({ pause: () => new Promise(resolve => setTimeout(resolve, latencyMs)) }));
  store = sharedStoreOn(driver, { storeTimeoutMs: TIMEOUT_MS, reportFault: (_code, what, cause) => faults.push([what, cause]) });
});

afterEach(async () => {
  await settled(store.close());
  jest.useRealTimers();
});

/** Moves the time until a promise settles. */
async function settled<T>(running: T | Promise<T>): Promise<T> {
  const state = { isSettled: false };
  const promise = Promise.resolve(running).finally(() => {
    state.isSettled = true;
  });
  promise.catch(() => undefined);
  while (!state.isSettled) await jest.advanceTimersByTimeAsync(5);
  return promise;
}

describe.each([20, 90, 130, 170, 210])('a store that takes %d ms for each reply', ms => {
  beforeEach(() => {
    latencyMs = ms;
  });

  it('is in use: each command may take storeTimeout, however many an operation has', async () => {
    const { lease } = (await settled(store.lookup(ADDRESS))) as LookupMiss;
    expect(await settled(store.acquireFillLock(ADDRESS, lease, 1000))).toMatchObject({ kind: 'granted' });
    expect(await settled(store.save(ADDRESS, entryOf('text'), lease))).toBe(true);
    expect(await settled(store.lookup(ADDRESS))).toMatchObject({ kind: 'hit' });
    const change = await settled(store.beginWrite(TARGETS));
    expect(await settled(change.commit(TARGETS))).toBeUndefined();
    expect(await settled(store.lookup(ADDRESS))).toMatchObject({ kind: 'miss' });
    expect(faults).toEqual([]);
  });
});

describe('a store that stops replying', () => {
  it.each([
    ['to the first command of an operation', 0, TIMEOUT_MS],
    ['to a later one', 100, 100 + TIMEOUT_MS],
  ])('%s costs storeTimeout', async (_which, ms, totalMs) => {
    latencyMs = ms;
    // The look-up reads, initialises absent generations, and reads again.
    driver.hold(ms === 0 ? 'getMany' : 'compareAndSet', 'before');
    const beganMs = performance.now();
    expect(await settled(store.lookup(ADDRESS))).toEqual({ kind: 'unreachable' });
    const tookMs = performance.now() - beganMs;
    expect(tookMs).toBeGreaterThanOrEqual(totalMs * 0.9);
    expect(tookMs).toBeLessThanOrEqual(totalMs * 1.2);
    expect(faults).toHaveLength(1);
  });
});
