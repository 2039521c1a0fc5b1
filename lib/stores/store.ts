import type { CanonicalPath } from '../keys/canonical-path.js';
import type { StoredResponse } from '../http/stored-response.js';

/** Stores in memory answer at once; others with a promise. */
export type MaybePromise<T> = T | Promise<T>;

/** Where an entry stands: its exact key, and the path that invalidations reach it by. */
export interface Address {
  readonly key: string;
  readonly path: CanonicalPath;
}

/** A response and its lifetime. */
export interface Entry {
  readonly response: StoredResponse;
  /** Milliseconds since the epoch. */
  readonly storedAtMs: number;
  /** Milliseconds since the epoch; `Infinity`: never expires. */
  readonly expiresAtMs: number;
}

/**
 * Taken before a computation begins; a store refuses what a computation produced once anything covering its path was invalidated
 * after the fence was taken. Every fence ends in `save` or in `release`.
 */
export type Fence = object;

/** What a look-up finds. A miss brings the fence under which the entry may be computed. */
export type LookUp = { readonly kind: 'hit'; readonly entry: Entry } | { readonly kind: 'miss'; readonly fence: Fence };

/** What a store holds. */
export interface StoreSize {
  readonly entries: number;
  /** Keys and bookkeeping included. */
  readonly bytes: number;
}

/** Where responses are kept. Coherence is the store's: it alone orders computations against invalidations. */
export interface Store {
  /** A fresh entry for the address, or the fence of a miss. */
  lookUp(address: Address): MaybePromise<LookUp>;
  /** A fence without a look-up, for what is computed anew whatever the store holds. */
  begin(address: Address): MaybePromise<Fence>;
  /** Whether what is computed under this fence may answer a request that took a fence of the same key later. */
  covers(fence: Fence, later: Fence): boolean;
  /** Keeps the entry unless the fence is no longer current. Ends the fence. @returns whether it was kept. */
  save(address: Address, entry: Entry, fence: Fence): MaybePromise<boolean>;
  /** Ends a fence whose computation stores nothing. */
  release(fence: Fence): void;
  /** Makes all entries and computations at and under the prefixes unusable, in whole segments. */
  invalidate(prefixes: readonly string[]): MaybePromise<void>;
  size(): StoreSize;
  close(): MaybePromise<void>;
}
