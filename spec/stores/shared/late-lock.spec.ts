import type { Driver, Found } from '../../../lib/stores/shared/driver.js';
import type { Address } from '../../../lib/stores/store.js';
import { Deferred } from '../../support/deferred.js';
import { HeldDriver } from '../../support/held-driver.js';
import { MemoryDriver } from '../../support/memory-driver.js';
import { sharedStoreOn } from '../../support/processes.js';

const ADDRESS = { key: 'GET /users/bob', path: { path: '/users/bob', ignoresCase: false } } as unknown as Address;

/** Holds claims back until it is told, as a network that hangs does. */
class HangingDriver implements Driver {
  readonly hasAtomicCas = true;
  readonly canExtendTtl = true;
  readonly values = new Map<string, Buffer>();
  readonly network = new Deferred();

  getMany(keys: readonly string[]): Promise<readonly Found[]> {
    return Promise.resolve(keys.map(key => ({ value: this.values.get(key), incarnation: '' })));
  }

  set(key: string, value: Buffer): Promise<void> {
    this.values.set(key, value);
    return Promise.resolve();
  }

  async setIfAbsent(key: string, value: Buffer): Promise<boolean> {
    if (key.includes(':c:')) await this.network.promise;
    if (this.values.has(key)) return false;
    this.values.set(key, value);
    return true;
  }

  compareAndSet(key: string, expected: Buffer | undefined, value: Buffer): Promise<boolean> {
    return expected === undefined ? this.setIfAbsent(key, value) : this.set(key, value).then(() => true);
  }

  replace(key: string, start: Buffer | undefined, value: Buffer): Promise<boolean> {
    return this.compareAndSet(key, start, value);
  }

  delete(key: string): Promise<void> {
    this.values.delete(key);
    return Promise.resolve();
  }

  compareAndDelete(key: string): Promise<boolean> {
    return this.delete(key).then(() => true);
  }

  extendTtl(): Promise<void> {
    return Promise.resolve();
  }

  open(): void {
    // It is always connected.
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

describe('the right to compute', () => {
  it('is given back when it comes too late, so that no other process waits for it', async () => {
    const driver = new HangingDriver();
    const store = sharedStoreOn(driver, { storeTimeoutMs: 20 });
    const miss = await store.lookup(ADDRESS);
    if (miss.kind !== 'miss') throw new Error(`Expected a miss, got ${miss.kind}.`);
    expect(await store.acquireFillLock(ADDRESS, miss.lease, 1000)).toEqual({ kind: 'granted' });
    store.release(miss.lease, 'unused');

    driver.network.resolve();
    for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve));
    expect([...driver.values.keys()].filter(key => key.includes(':c:'))).toEqual([]);
    await store.close();
  });

  it('is not renewed after its computation has ended while the store is left alone', async () => {
    jest.useFakeTimers({ doNotFake: ['performance', 'nextTick'] });
    const driver = new HeldDriver(new MemoryDriver());
    const store = sharedStoreOn(driver, { storeTimeoutMs: 20, collapseTimeoutMs: 400 });
    const miss = await store.lookup(ADDRESS);
    if (miss.kind !== 'miss') throw new Error(`Expected a miss, got ${miss.kind}.`);
    await store.acquireFillLock(ADDRESS, miss.lease, 0);
    driver.failing.add('getMany');
    for (let failure = 0; failure < 3; failure++) await store.lookup(ADDRESS);
    store.release(miss.lease, 'unused');
    driver.asked.length = 0;
    jest.advanceTimersByTime(500);
    expect(driver.asked).toEqual([]);
    jest.useRealTimers();
    await store.close();
  });
});
