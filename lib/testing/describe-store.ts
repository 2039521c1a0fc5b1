import { demandsOf, type StoreCapabilities } from './capabilities.js';
import { checkAdds } from './adds.js';
import { checkChanges } from './changes.js';
import { checkClaims } from './claims.js';
import { checkEntries } from './entries.js';
import { checkFences } from './fences.js';
import { checkGrace } from './grace.js';
import { checkHistories } from './histories.js';
import { checkInvalidations } from './invalidations.js';
import { checkOrdering } from './ordering.js';
import { globalRunner } from './runner.js';
import { checkSharing } from './sharing.js';
import { checkSize } from './size.js';
import { checkTags } from './tags.js';
import { Trial, type Check, type CreateStore } from './trial.js';

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
  const demands = demandsOf(capabilities);
  const check: Check = (title, test) => {
    it(title, () => Trial.run(create, test));
  };
  describe(`${name}, as a store`, () => {
    describe('entries', () => {
      checkEntries(check, demands);
      checkSize(check, demands);
    });
    describe('fences', () => {
      checkFences(check);
      checkOrdering(check, demands);
    });
    describe('invalidations', () => {
      checkInvalidations(check);
    });
    describe('tags', () => {
      checkTags(check, demands);
    });
    describe('much at once', () => {
      checkHistories(check, demands);
    });
    if (demands.shared) {
      describe('other processes', () => {
        checkSharing(check);
      });
    }
    if (demands.claims) {
      describe('claims', () => {
        checkClaims(check, demands);
      });
    }
    if (demands.adds) {
      describe('what is added', () => {
        checkAdds(check, demands);
      });
    }
    if (demands.grace) {
      describe('what has expired', () => {
        checkGrace(check, demands);
      });
    }
    if (demands.changes) {
      describe('changes', () => {
        checkChanges(check, demands);
      });
    }
  });
}
