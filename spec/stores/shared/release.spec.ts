import type { SharedStore } from '../../../lib/stores/shared/shared-store.js';
import type { Address } from '../../../lib/stores/store.js';
import { HeldDriver } from '../../support/held-driver.js';
import { MemoryDriver } from '../../support/memory-driver.js';
import { leaseOver, sharedStoreOn } from '../../support/processes.js';

const ADDRESS: Address = { key: 'GET /users/bob', path: { path: '/users/bob', ignoresCase: false } };

describe('the end of a computation whose response cannot be stored', () => {
  let driver: HeldDriver;
  let store: SharedStore;

  beforeEach(() => {
    driver = new HeldDriver(new MemoryDriver());
    store = sharedStoreOn(driver);
  });

  afterEach(() => store.close());

  it('asks nothing of the store where the computation began no generation', async () => {
    const [first, second] = [await leaseOver(store, ADDRESS), await leaseOver(store, ADDRESS)];
    driver.asked.length = 0;
    store.release(second, 'unshareable');
    await new Promise(resolve => setImmediate(resolve));
    expect(driver.asked).toEqual([]);
    store.release(first, 'unshareable');
    await new Promise(resolve => setImmediate(resolve));
    expect(driver.asked).toEqual(['compareAndDelete', 'compareAndDelete']);
  });

  it('does not count as an answer of a store that is gone', async () => {
    await leaseOver(store, ADDRESS);
    const fences = [await leaseOver(store, ADDRESS), await leaseOver(store, ADDRESS), await leaseOver(store, ADDRESS)];
    driver.failing.add('getMany');
    driver.asked.length = 0;
    for (const fence of fences) {
      expect(await store.lookup(ADDRESS)).toEqual({ kind: 'unreachable' });
      store.release(fence, 'unshareable');
      await new Promise(resolve => setImmediate(resolve));
    }
    // The circuit breaker is open: the store is asked no more.
    expect(await store.lookup(ADDRESS)).toEqual({ kind: 'unreachable' });
    expect(driver.asked).toEqual(['getMany', 'getMany', 'getMany']);
  });
});
