import { systemClock } from '../../../lib/time/clock.js';
import type { SharedStore } from '../../../lib/stores/shared/shared-store.js';
import type { Address, Entry, Lease, Undelivered } from '../../../lib/stores/store.js';
import { HeldDriver } from '../../support/held-driver.js';
import { MemoryDriver } from '../../support/memory-driver.js';
import { sharedStoreOn } from '../../support/processes.js';

const BOB = { prefixes: ['/users/bob'] };
const ADDRESS: Address = { key: 'GET /users/bob', path: { path: '/users/bob', ignoresCase: false } };

function entry(): Entry {
  const response = {
    status: 200,
    statusMessage: undefined,
    headers: [],
    body: Buffer.from('bob'),
    isStreamed: false,
    callsNext: true,
  };
  return { response, storedAtMs: systemClock.now(), expiresAtMs: systemClock.now() + 60_000 };
}

describe('a shared store that is closed', () => {
  let memory: MemoryDriver;
  let driver: HeldDriver;
  let store: SharedStore;
  let reports: string[];

  beforeEach(() => {
    memory = new MemoryDriver();
    driver = new HeldDriver(memory);
    reports = [];
    store = sharedStoreOn(driver, {
      storeTimeoutMs: 20_000,
      collapseTimeoutMs: 20_000,
      reportFault: (code, message) => reports.push(`${code}: ${message}`),
    });
  });

  async function missed(): Promise<Lease> {
    const found = await store.lookup(ADDRESS);
    if (found.kind !== 'miss') throw new Error(`Expected a miss, got ${found.kind}.`);
    await store.acquireFillLock(ADDRESS, found.lease, 0);
    return found.lease;
  }

  const generation = () => memory.values.get('rcc:g:/users/bob')?.toString();

  it('waits for a change that runs, and delivers its invalidation', async () => {
    const change = await store.beginWrite(BOB);
    const closing = store.close();
    await new Promise(resolve => setImmediate(resolve));
    expect(await change.commit(BOB)).toBeUndefined();
    await closing;
    expect(generation()).not.toMatch(/^m:/);
    expect(reports).toEqual([]);
  });

  it('waits for a response on its way to the store, and gives the right to compute back', async () => {
    const fence = await missed();
    const hold = driver.hold('set', 'before', key => key.includes(':e:'));
    const saved = store.save(ADDRESS, entry(), fence);
    await hold.arrived.promise;
    const closing = store.close();
    hold.release();
    await closing;
    expect(await saved).toBe(true);
    expect([...memory.values.keys()].filter(key => key.includes(':c:'))).toEqual([]);
    expect(reports).toEqual([]);
  });

  it('waits until a store that comes back has the invalidations that it does not know', async () => {
    driver.failing.add('getMany');
    const undelivered = (await store.invalidate(BOB)) as Undelivered;
    reports.length = 0;
    const closing = store.close();
    await new Promise(resolve => setImmediate(resolve));
    driver.failing.clear();
    await closing;
    await undelivered.delivered;
    expect(generation()).toEqual(expect.any(String));
    expect(reports).toEqual([]);
  });

  it('reports the lost invalidations once when it can wait no longer', async () => {
    const change = await store.beginWrite({ prefixes: ['/users/ann'], tags: ['team'] });
    driver.failing.add('getMany');
    await store.invalidate(BOB);
    reports.length = 0;
    await store.close(1);
    const lost = reports.filter(report => report.startsWith('CACHE_INVALIDATION_LOST'));
    expect(lost).toEqual([expect.stringContaining('/users/bob, /users/ann, tag team.')]);
    reports.length = 0;
    expect(await change.commit({ prefixes: [] })).toMatchObject({ kind: 'undelivered', isLost: true });
    expect(reports).toEqual([]);
  });

  it('reports no failure for a computation that ends later', async () => {
    const fence = await missed();
    await store.close();
    expect(await store.save(ADDRESS, entry(), fence)).toBe(false);
    expect(await store.lookup(ADDRESS)).toEqual({ kind: 'unreachable' });
    expect(reports).toEqual([]);
  });

  it('reports an invalidation that is too late', async () => {
    await store.close();
    expect(await store.invalidate(BOB)).toMatchObject({ isLost: true });
    expect(reports).toEqual([expect.stringMatching(/^CACHE_INVALIDATION_LOST: .*\/users\/bob\./)]);
  });
});
