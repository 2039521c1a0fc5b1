import type { Lease, LookupMiss, Store, StoreSize } from './store.js';

const NO_LEASE: Lease = Object.freeze({});

/** A store without entries, for development and tests. Every request is a miss and runs its handler. */
export class NullStore implements Store {
  lookup(): LookupMiss {
    return { kind: 'miss', lease: NO_LEASE };
  }

  lease(): LookupMiss {
    return { kind: 'miss', lease: NO_LEASE };
  }

  canShare(): boolean {
    return false;
  }

  save(): boolean {
    return false;
  }

  release(): void {
    // A lease of this store has no state.
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
