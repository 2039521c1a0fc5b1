import type { Clock } from '../time/clock.js';
import type { MaybePromise, Address, Entry, Targets } from './entry.js';

export type { MaybePromise, Address, Entry, Targets } from './entry.js';

/**
 * A token of a miss. The cache acquires the lease before a computation begins. An invalidation of the path or of a tag voids the
 * lease, and the store refuses an entry under a void lease. `save` or `release` ends every lease.
 */
export type Lease = object;

/** A fresh entry. */
export interface LookupHit {
  readonly kind: 'hit';
  readonly entry: Entry;
}

/** The result if the store has no fresh entry. The caller may compute the entry under the lease. */
export interface LookupMiss {
  readonly kind: 'miss';
  readonly lease: Lease;
  /** An expired entry that the store still retains and that no invalidation has reached. Only a look-up finds one. */
  readonly stale?: Entry | undefined;
  /** True if a change of the entry runs or settles, so that the store refuses the entry. @default false */
  readonly isBeingChanged?: boolean | undefined;
}

/** The result if the store cannot be reached. The store has already reported the fault. */
export interface Unreachable {
  readonly kind: 'unreachable';
}

/** The result of a look-up. */
export type LookupResult = LookupHit | LookupMiss | Unreachable;

/** The reason why a lease ends without an entry: the response must not be shared, or the lease was not needed. */
export type ReleaseReason = 'unshareable' | 'unused';

/** The result of an attempt to acquire the fill lock of an entry, which one process holds while it computes the entry. */
export type FillLock =
  /** The caller computes the entry: it holds the lock, or no other process can be waited for. */
  | { readonly kind: 'granted' }
  /** Another process has stored the entry. `hasWaited` is false if the caller did not have to wait. */
  | { readonly kind: 'filled'; readonly entry: Entry; readonly hasWaited: boolean }
  /** Another process computes the entry, and the caller does not wait for it. */
  | { readonly kind: 'busy' }
  /** A recent response could not be shared, so no process waits for another. */
  | { readonly kind: 'hit-for-miss' };

/**
 * An invalidation that did not reach the store. The store retries the invalidation. Until a retry succeeds, this process serves
 * no entry that the targets cover.
 */
export interface Undelivered {
  readonly kind: 'undelivered';
  readonly cause: unknown;
  /** Resolves when a retry has succeeded. */
  readonly delivered: Promise<void>;
  /** True if the write intent may have expired too early, so other processes may have stored stale responses. @default false */
  readonly hasLapsed?: boolean;
  /** True if the store is closed, has reported the invalidation as lost, and does not retry it. @default false */
  readonly isLost?: boolean;
}

/** The result of an invalidation. `undefined`: the store has invalidated the targets. */
export type InvalidationResult = Undelivered | undefined | void; // eslint-disable-line @typescript-eslint/no-invalid-void-type -- so that a custom store may return nothing

/** A declared write to the data. The store refuses every entry that is computed while the intent is open. */
export interface WriteIntent {
  /** Invalidates the targets that the write has changed so far. The intent stays open. */
  invalidate(targets: Targets): MaybePromise<InvalidationResult>;
  /**
   * Ends the intent. Invalidates the given targets and the targets of `beginWrite`.
   *
   * @param settleMs milliseconds after the end in which the store still refuses every entry that the targets cover, also if the
   * process ends. Default: 0
   */
  commit(targets: Targets, settleMs?: number): MaybePromise<InvalidationResult>;
  /** Ends the intent of a write that has changed nothing. */
  abort(): MaybePromise<void>;
}

/** The size of a store's content. */
export interface StoreSize {
  /** The number of entries. A shared store reports 0, since it does not count its entries. */
  readonly entries: number;
  /** Bytes of all entries, keys and bookkeeping included. A shared store reports the bytes in the memory of this process. */
  readonly bytes: number;
}

/** The description of an entry for people, without the key and the body, which may contain data of a single user. */
export interface ListedEntry {
  readonly path: string;
  readonly tags: readonly string[];
  /** Milliseconds since the epoch. */
  readonly storedAtMs: number;
  /** Milliseconds since the epoch. An entry with `Infinity` never expires. */
  readonly expiresAtMs: number;
  /** Milliseconds since the epoch. Until then the store may serve the expired entry. @default expiresAtMs */
  readonly deleteAtMs?: number | undefined;
  /** Bytes of the entry, its key and bookkeeping included. */
  readonly bytes: number;
}

/** The part of the configuration that the cache passes to `OpenableStore.open`. */
export interface StoreSettings {
  readonly clock: Clock;
  readonly keyPrefix: string;
  /** Milliseconds that one operation may take before it counts as failed. */
  readonly storeTimeoutMs: number;
  /** Milliseconds after which a fill lock expires. */
  readonly collapseTimeoutMs: number;
  /** Reports a fault that the store has survived. */
  readonly reportFault: (code: string, message: string, cause: unknown) => void;
}

/** A store of responses. The store is responsible for coherence: it alone orders computations and invalidations. */
export interface Store {
  /** Returns the fresh entry of the address, or a miss with a lease. */
  lookup(address: Address): MaybePromise<LookupResult>;
  /** Acquires a lease without a look-up, for a computation that ignores the stored entry. */
  lease(address: Address): MaybePromise<LookupMiss | Unreachable>;
  /** Returns true if the result under this lease may answer a request that has acquired a later lease of the same key. */
  canShare(lease: Lease, later: Lease): boolean;
  /**
   * Acquires the fill lock of the entry. A store of several processes implements this method. If another process holds the lock,
   * the store waits `waitMs` milliseconds at most, with 0 not at all. The cache calls the method once per lease, before it fills.
   */
  acquireFillLock?(address: Address, lease: Lease, waitMs: number): Promise<FillLock>;
  /** Stores the entry if the lease is still valid. Ends the lease. @returns true if the entry was stored */
  save(address: Address, entry: Entry, lease: Lease): MaybePromise<boolean>;
  /**
   * Stores the entry like `save`, but only if the address has no fresh entry. A store that returns promises implements this
   * method. The check and the write are one atomic step, so that only one of several concurrent calls succeeds.
   */
  add?(address: Address, entry: Entry, lease: Lease): Promise<boolean>;
  /**
   * Removes the entry of an address. Unlike an invalidation, the removal does not void a lease. Without this method, the cache
   * cannot remove a single entry.
   *
   * @returns true if the store had an entry that could be served
   */
  delete?(address: Address): MaybePromise<boolean>;
  /** Ends a lease whose computation stores nothing. */
  release(lease: Lease, reason: ReleaseReason): void;
  /**
   * Invalidates all entries and all leases that the targets cover.
   *
   * @param settleMs as in `WriteIntent.commit`. A store without `beginWrite` needs no support: the cache does not call `save` in that
   * time.
   */
  invalidate(targets: Targets, settleMs?: number): MaybePromise<InvalidationResult>;
  /**
   * Declares a write. A store of several processes implements this method. Until the intent ends, the store refuses every
   * computed entry that the targets cover. So a process that dies between its write and the invalidation leaves no stale entry.
   * Rejects if the store cannot be reached.
   */
  beginWrite?(targets: Targets): Promise<WriteIntent>;
  size(): StoreSize;
  /** Lists the entries that can be served, most recently used first. Listing an entry does not count as a use. */
  list?(): Iterable<ListedEntry>;
  /**
   * Closes the store and frees its resources.
   *
   * @param waitMs milliseconds to wait at most for open write intents and undelivered invalidations. Default: the store's limit.
   * With 0, another store takes over the open write intents.
   */
  close(waitMs?: number): MaybePromise<void>;
}

/** A store that needs a part of the cache's configuration. The cache opens the store when it is configured, and closes it. */
export interface OpenableStore {
  open(settings: StoreSettings): Store;
}
