import { resolveCapabilities, type StoreCapabilities } from './capabilities.js';
import { checkAdds } from './atomic-add.js';
import { checkWriteIntents } from './write-intents.js';
import { checkFillLocks } from './fill-locks.js';
import { checkEntries, checkSize } from './entries.js';
import { checkLeases } from './leases.js';
import { checkStale } from './stale.js';
import { checkRandomWorkloads } from './random-workload.js';
import { checkInvalidations } from './invalidations.js';
import { checkOrdering } from './ordering.js';
import { globalRunner } from './runner.js';
import { checkSharing } from './processes.js';
import { checkTags } from './tags.js';
import { StoreHarness, type DefineTest, type CreateStore } from './harness.js';

/**
 * The contract of a store as a test suite, for those who write one. It needs a test runner whose `describe` and `it` are global, and
 * compares with `node:assert`. A store that passes orders computations against invalidations as the cache needs it.
 *
 * @param create makes a store for each test, empty under its `keyPrefix`; the suite closes it
 * @throws CacheUsageError when there is no such test runner
 *
 * @example
 * ```ts
 * import { SimpleStore } from 'routing-controllers-cache';
 * import { describeStore } from 'routing-controllers-cache/testing';
 *
 * describeStore('my store', ({ clock }) => new SimpleStore({ clock }));
 * ```
 */
export function describeStore(name: string, create: CreateStore, capabilities: StoreCapabilities = {}): void {
  const { describe, it } = globalRunner();
  const demands = resolveCapabilities(capabilities);
  const check: DefineTest = (title, test) => {
    it(title, () => StoreHarness.run(create, test));
  };
  describe(`${name}, as a store`, () => {
    describe('entries', () => {
      checkEntries(check, demands);
      checkSize(check, demands);
    });
    describe('fences', () => {
      checkLeases(check);
      checkOrdering(check, demands);
    });
    describe('invalidations', () => {
      checkInvalidations(check);
    });
    describe('tags', () => {
      checkTags(check, demands);
    });
    describe('much at once', () => {
      checkRandomWorkloads(check, demands);
    });
    if (demands.shared) {
      describe('other processes', () => {
        checkSharing(check);
      });
    }
    if (demands.fillLocks) {
      describe('claims', () => {
        checkFillLocks(check, demands);
      });
    }
    if (demands.adds) {
      describe('what is added', () => {
        checkAdds(check, demands);
      });
    }
    if (demands.servesStale) {
      describe('what has expired', () => {
        checkStale(check, demands);
      });
    }
    if (demands.writeIntents) {
      describe('changes', () => {
        checkWriteIntents(check, demands);
      });
    }
  });
}
