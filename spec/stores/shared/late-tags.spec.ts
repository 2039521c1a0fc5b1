import type { Clock } from '../../../lib/time/clock.js';
import { SharedStore } from '../../../lib/stores/shared/shared-store.js';
import type { Address, Entry } from '../../../lib/stores/store.js';
import { MemoryDriver } from '../../support/memory-driver.js';
import { entryOf, leaseOver } from '../../support/processes.js';

/** Milliseconds after which a change that is not heard of any more has died. */
const CHANGE_MS = 30_000;
const ADDRESS: Address = { key: 'GET /lists/1', path: { path: '/lists/1', ignoresCase: false }, hasComputedTags: true };

describe('a computation whose tags follow at its end', () => {
  let now: number;
  const clock: Clock = { now: () => now };
  const opened: SharedStore[] = [];

  beforeEach(() => {
    now = Date.UTC(2026, 0, 1);
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map(store => store.close()));
  });

  function open(driver: MemoryDriver): SharedStore {
    const settings = { clock, keyPrefix: 'rcc', storeTimeoutMs: 5000, collapseTimeoutMs: 10_000, reportFault: () => undefined };
    const store = new SharedStore(driver, settings);
    opened.push(store);
    return store;
  }

  function entry(): Entry {
    return entryOf('old', { storedAtMs: now, expiresAtMs: now + 3_600_000, tags: ['user:bob'] });
  }

  it.each([false, true])(
    'is not stored if it outlives the write intent of a dead process (another process has noticed that: %s)',
    async isNoticed => {
      const driver = new MemoryDriver();
      const [ours, dying] = [open(driver), open(driver)];
      await dying.beginWrite({ prefixes: [], tags: ['user:bob'] });
      // It reads what is about to be changed; then the data change, and their process dies.
      const fence = await leaseOver(ours, ADDRESS);
      driver.pass(CHANGE_MS + 1);
      if (isNoticed) await open(driver).save(ADDRESS, entry(), await leaseOver(ours, ADDRESS));
      const other = { ...ADDRESS, key: 'other' };
      expect(await ours.save(other, entry(), fence)).toBe(false);
      expect(await ours.save(other, entry(), await leaseOver(ours, ADDRESS))).toBe(true);
    },
  );

  it('is not stored if its tag is invalidated together with another one, without atomic compare-and-set', async () => {
    const driver = new MemoryDriver({ hasAtomicCas: false, pause: () => new Promise(resolve => setImmediate(resolve)) });
    const [ours, theirs] = [open(driver), open(driver)];
    const fence = await leaseOver(ours, ADDRESS);
    await Promise.all([
      ours.invalidate({ prefixes: [], tags: ['user:bob'] }),
      theirs.invalidate({ prefixes: [], tags: ['user:alice'] }),
    ]);
    expect(await ours.save(ADDRESS, entry(), fence)).toBe(false);
  });
});
