import type { Lease, LookupMiss, Store, StoreSize } from './store.js';

const NO_FENCE: Lease = Object.freeze({});

/** Never holds anything: every request is a miss and runs its handler, as if there were no cache. For development and tests. */
export class NullStore implements Store {
  lookup(): LookupMiss {
    return { kind: 'miss', lease: NO_FENCE };
  }

  lease(): LookupMiss {
    return { kind: 'miss', lease: NO_FENCE };
  }

  canShare(): boolean {
    return false;
  }

  save(): boolean {
    return false;
  }

  release(): void {
    // A fence of this store holds nothing.
  }

  invalidate(): void {
    // There is nothing to invalidate.
  }

  size(): StoreSize {
    return { entries: 0, bytes: 0 };
  }

  close(): void {
    // There is nothing to close.
  }
}
