import { systemClock } from '../../../lib/time/clock.js';
import { SharedStore } from '../../../lib/stores/shared/shared-store.js';
import type { Address } from '../../../lib/stores/store.js';
import { HeldDriver } from '../../support/held-driver.js';
import { MemoryDriver } from '../../support/memory-driver.js';
import { entryOf, leaseOver } from '../../support/processes.js';

const ADDRESS: Address = { key: 'GET /lists/1', path: { path: '/lists/1', ignoresCase: false }, hasComputedTags: true };
const TAGS = ['one', 'two', 'three', 'four', 'five'];

describe('an entry with computed tags in a shared store', () => {
  let server: MemoryDriver;
  const stores: SharedStore[] = [];

  beforeEach(() => {
    server = new MemoryDriver();
  });
  afterEach(() => Promise.all(stores.splice(0).map(store => store.close())));

  /** Another process. */
  function open(): { driver: HeldDriver; store: SharedStore } {
    const driver = new HeldDriver(server);
    const settings = { clock: systemClock, keyPrefix: 'rcc', storeTimeoutMs: 5000, collapseTimeoutMs: 10_000 };
    const store = new SharedStore(driver, { ...settings, reportFault: () => undefined });
    stores.push(store);
    return { driver, store };
  }

  async function stored(tags: readonly string[] = TAGS): Promise<ReturnType<typeof open>> {
    const opened = open();
    expect(await opened.store.save(ADDRESS, entryOf('body', { tags }), await leaseOver(opened.store, ADDRESS))).toBe(true);
    opened.driver.asked.length = 0;
    return opened;
  }

  it('costs one round trip in the process that stored it', async () => {
    const { driver, store } = await stored();
    expect((await store.lookup(ADDRESS)).kind).toBe('hit');
    expect(driver.asked).toEqual(['getMany']);
  });

  it('costs two round trips at the first look-up in another process, and one from then on', async () => {
    await stored();
    const { driver, store } = open();
    expect((await store.lookup(ADDRESS)).kind).toBe('hit');
    expect(driver.asked).toEqual(['getMany', 'getMany']);
    driver.asked.length = 0;
    expect((await store.lookup(ADDRESS)).kind).toBe('hit');
    expect(driver.asked).toEqual(['getMany']);
  });

  it.each(TAGS)('is gone after an invalidation of %s by another process', async tag => {
    const { store } = await stored();
    expect((await store.lookup(ADDRESS)).kind).toBe('hit');
    await open().store.invalidate({ prefixes: [], tags: [tag] });
    expect((await store.lookup(ADDRESS)).kind).toBe('miss');
  });

  it('is served by its new tags after another process has stored it with others', async () => {
    const { store } = await stored();
    await open().store.invalidate({ prefixes: [], tags: ['one'] });
    const other = await stored(['six']);
    expect((await store.lookup(ADDRESS)).kind).toBe('hit');
    await other.store.invalidate({ prefixes: [], tags: ['two'] });
    expect((await store.lookup(ADDRESS)).kind).toBe('hit');
    await other.store.invalidate({ prefixes: [], tags: ['six'] });
    expect((await store.lookup(ADDRESS)).kind).toBe('miss');
  });

  it('is computed by one process, also if only some processes expect computed tags', async () => {
    const [a, b] = [open(), open()];
    const expecting: Address = { ...ADDRESS, isUntaggedSoFar: true };
    const plain: Address = { key: ADDRESS.key, path: ADDRESS.path };
    const lease = await leaseOver(a.store, expecting);
    expect(await a.store.acquireFillLock(expecting, lease, 0)).toEqual({ kind: 'granted' });
    expect(await b.store.acquireFillLock(plain, await leaseOver(b.store, plain), 0)).toEqual({ kind: 'busy' });
    a.store.release(lease, 'unused');
  });

  it('does not wait for a fill that began before an invalidation of a tag', async () => {
    const [a, b] = [open(), open()];
    const expecting: Address = { ...ADDRESS, isUntaggedSoFar: true };
    const lease = await leaseOver(a.store, expecting);
    expect(await a.store.acquireFillLock(expecting, lease, 0)).toEqual({ kind: 'granted' });
    const earlier = await leaseOver(b.store, expecting);
    await b.store.invalidate({ prefixes: [], tags: ['one'] });
    expect(await b.store.acquireFillLock(expecting, await leaseOver(b.store, expecting), 60_000)).toEqual({ kind: 'granted' });
    a.store.release(lease, 'unused');
    b.store.release(earlier, 'unused');
  });

  it('is not served while an invalidation of a tag is not delivered', async () => {
    const { driver, store } = await stored();
    driver.failing.add('compareAndSet').add('set');
    const undelivered = await store.invalidate({ prefixes: [], tags: ['three'] });
    driver.failing.clear();
    expect(undelivered).toMatchObject({ kind: 'undelivered' });
    expect((await store.lookup(ADDRESS)).kind).toBe('miss');
  });
});
