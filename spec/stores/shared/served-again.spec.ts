import type { SharedStore } from '../../../lib/stores/shared/shared-store.js';
import type { Address, Entry } from '../../../lib/stores/store.js';
import { HeldDriver } from '../../support/held-driver.js';
import { MemoryDriver } from '../../support/memory-driver.js';
import { entryOf, leaseOver, sharedStoreOn } from '../../support/processes.js';

const ADDRESS: Address = { key: 'GET /lists/1', path: { path: '/lists/1', ignoresCase: false }, hasComputedTags: true };
const TARGETS = { prefixes: [], tags: ['user:bob'] };

describe('an entry that was served, and is stored again with its sent variant', () => {
  let driver: HeldDriver;
  let store: SharedStore;

  beforeEach(async () => {
    driver = new HeldDriver(new MemoryDriver());
    store = sharedStoreOn(driver);
    expect(await store.save(ADDRESS, entryOf('old', { tags: ['user:bob'] }), await leaseOver(store, ADDRESS))).toBe(true);
  });

  afterEach(() => store.close());

  async function served(): Promise<Entry> {
    const found = await store.lookup(ADDRESS);
    if (found.kind !== 'hit') throw new Error(`Expected a hit, got: ${found.kind}.`);
    return found.entry;
  }

  it('stays stored', async () => {
    const fence = await leaseOver(store, ADDRESS);
    expect(await store.save(ADDRESS, { ...(await served()), variants: [] }, fence)).toBe(true);
    expect((await store.lookup(ADDRESS)).kind).toBe('hit');
  });

  it('stays dead, also when it was served in the middle of the invalidation of its tag', async () => {
    // The log of tags has been written, and the generation has not.
    const hold = driver.hold('compareAndSet', 'before', key => key.startsWith('rcc:t:'));
    const invalidated = store.invalidate(TARGETS);
    await hold.arrived.promise;
    const fence = await leaseOver(store, ADDRESS);
    const found = await served();
    hold.release();
    await invalidated;
    expect(await store.save(ADDRESS, { ...found, variants: [] }, fence)).toBe(false);
    expect((await store.lookup(ADDRESS)).kind).toBe('miss');
  });
});
