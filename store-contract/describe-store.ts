import { resolveCapabilities, type StoreCapabilities } from './capabilities.js';
import { checkAdds } from './checks/adds.js';
import { checkEntries, checkSize } from './checks/entries.js';
import { checkFillLocks } from './checks/fill-locks.js';
import { checkInvalidations } from './checks/invalidations.js';
import { checkLeases } from './checks/leases.js';
import { checkOrdering } from './checks/ordering.js';
import { checkRandomWorkloads } from './checks/random-workload.js';
import { checkSharing } from './checks/sharing.js';
import { checkStale } from './checks/stale.js';
import { checkTags } from './checks/tags.js';
import { checkWriteIntents } from './checks/write-intents.js';
import { StoreHarness, type CreateStore, type DefineTest } from './harness.js';
import { globalRunner } from './runner.js';

/**
 * Registers the contract of a store as a test suite, for authors of stores. The suite needs a test runner with the global functions
 * `describe` and `it`, and compares with `node:assert`. A store that passes never serves a response that an invalidation has made stale.
 *
 * @param create creates a store for each test, empty under its `keyPrefix`; the suite closes the store
 * @throws CacheUsageError if `describe` or `it` is not a global function
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
  const resolved = resolveCapabilities(capabilities);
  const check: DefineTest = (title, test) => {
    it(title, () => StoreHarness.run(create, test));
  };
  describe(`${name}, as a store`, () => {
    describe('entries', () => {
      checkEntries(check, resolved);
      checkSize(check, resolved);
    });
    describe('leases', () => {
      checkLeases(check);
      checkOrdering(check, resolved);
    });
    describe('invalidations', () => {
      checkInvalidations(check);
    });
    describe('tags', () => {
      checkTags(check, resolved);
    });
    describe('concurrency', () => {
      checkRandomWorkloads(check, resolved);
    });
    if (resolved.shared) {
      describe('other processes', () => {
        checkSharing(check);
      });
    }
    if (resolved.fillLocks) {
      describe('fill locks', () => {
        checkFillLocks(check, resolved);
      });
    }
    if (resolved.adds) {
      describe('added entries', () => {
        checkAdds(check, resolved);
      });
    }
    if (resolved.servesStale) {
      describe('stale entries', () => {
        checkStale(check, resolved);
      });
    }
    if (resolved.writeIntents) {
      describe('write intents', () => {
        checkWriteIntents(check, resolved);
      });
    }
  });
}
