import type { Clock } from '../time/clock.js';
import type { StoredResponse } from '../http/stored-response.js';
import type { Variant } from '../http/variant.js';
import type { CanonicalPath } from '../keys/canonical-path.js';

/** Stores in memory answer at once; others with a promise. */
export type MaybePromise<T> = T | Promise<T>;

/** Where an entry stands: its exact key, and the path and tags that invalidations reach it by. */
export interface Address {
  readonly key: string;
  readonly path: CanonicalPath;
  /** Those that are known before the response is computed. Default: none. */
  readonly tags?: readonly string[] | undefined;
  /** Whether the response will bring tags of its own. Default false. */
  readonly hasComputedTags?: boolean | undefined;
  /** Whether the application sets the entry, so that of two processes the last one wins. Default false: the entry is computed. */
  readonly isValue?: boolean | undefined;
}

/** A response and its lifetime. */
export interface Entry {
  readonly response: StoredResponse;
  /** Milliseconds since the epoch. */
  readonly storedAtMs: number;
  /** Milliseconds since the epoch; `Infinity`: never expires. */
  readonly expiresAtMs: number;
  /** Milliseconds since the epoch until which it stays although it has expired (RFC 5861). Default: until it expires. */
  readonly deleteAtMs?: number | undefined;
  /** Those that the response has brought, beside those of its address. Default: none. */
  readonly tags?: readonly string[] | undefined;
  /** What has gone out for the response, for hits before Express. Default: none. */
  readonly variants?: readonly Variant[] | undefined;
}

/** What an invalidation reaches: all at and under the prefixes, in whole segments, and all with one of the tags. */
export interface Targets {
  readonly prefixes: readonly string[];
  /** Default: none. */
  readonly tags?: readonly string[] | undefined;
}

/**
 * Taken before a computation begins; a store refuses what a computation produced once anything covering its path or tags was
 * invalidated after the fence was taken. Every fence ends in `save` or in `release`.
 */
export type Lease = object;

/** A fresh entry. */
export interface LookupHit {
  readonly kind: 'hit';
  readonly entry: Entry;
}

/** No fresh entry; but the fence under which it may be computed. */
export interface LookupMiss {
  readonly kind: 'miss';
  readonly lease: Lease;
  /** Found by a look-up: one that has expired, is still to be kept, and has not been invalidated. */
  readonly stale?: Entry | undefined;
}

/** The store cannot be asked just now; it has reported that itself. */
export interface Unreachable {
  readonly kind: 'unreachable';
}

/** What a look-up finds. */
export type LookupResult = LookupHit | LookupMiss | Unreachable;

/** Why a fence ends without an entry: what came out is not to be shared, or it was not needed. */
export type ReleaseReason = 'unshareable' | 'unused';

/** Whether another process computes the same. */
export type FillLock =
  /** None does that can be waited for: the one who asked computes. */
  | { readonly kind: 'granted' }
  /** One did: here it is. `hasWaited` is false where it had ended before. */
  | { readonly kind: 'filled'; readonly entry: Entry; readonly hasWaited: boolean }
  /** One does, and is not waited for. */
  | { readonly kind: 'busy' }
  /** What came out of late could not be shared: nobody waits for anybody. */
  | { readonly kind: 'hit-for-miss' };

/** An invalidation that the store could not be told of. It is kept and tried again; until then this process serves nothing that it covers. */
export interface Undelivered {
  readonly kind: 'undelivered';
  readonly cause: unknown;
  /** Resolves when the store has it. */
  readonly delivered: Promise<void>;
  /**
   * Whether the change was announced so long ago that the store may have taken it for dead before it ended: then other processes may have
   * stored what they computed in between. Default false.
   */
  readonly hasLapsed?: boolean;
  /** True if the store is closed, has reported the invalidation as lost, and does not try again. Default false. */
  readonly isLost?: boolean;
}

/** How an invalidation went: done, when nothing is said. */
export type InvalidationResult = Undelivered | undefined | void; // eslint-disable-line @typescript-eslint/no-invalid-void-type -- so that a store of one's own may return nothing

/** A change to the data that is under way, so that nothing computed meanwhile is kept. */
export interface WriteIntent {
  /** Invalidates what it has changed so far; it goes on. */
  invalidate(targets: Targets): MaybePromise<InvalidationResult>;
  /** Ends it, invalidating these targets and those that it was begun with. */
  commit(targets: Targets): MaybePromise<InvalidationResult>;
  /** Ends it: nothing has changed. */
  abort(): MaybePromise<void>;
}

/** What a store holds. */
export interface StoreSize {
  /** Of a store that is shared: 0, since nobody counts them. */
  readonly entries: number;
  /** Keys and bookkeeping included. Of a store that is shared: what this process keeps of it. */
  readonly bytes: number;
}

/** An entry as it is shown to people: without its key and its body, which may be of one caller. */
export interface ListedEntry {
  readonly path: string;
  readonly tags: readonly string[];
  /** Milliseconds since the epoch. */
  readonly storedAtMs: number;
  /** Milliseconds since the epoch; `Infinity`: never expires. */
  readonly expiresAtMs: number;
  /** Milliseconds since the epoch; until then it may be served although it has expired. Default: it may not. */
  readonly deleteAtMs?: number | undefined;
  /** Key and bookkeeping included. */
  readonly bytes: number;
}

/** What a store that is to be opened is told of the configuration. */
export interface StoreSettings {
  readonly clock: Clock;
  readonly keyPrefix: string;
  /** Milliseconds that one operation may take before it counts as failed. */
  readonly storeTimeoutMs: number;
  /** Milliseconds that the right to compute an entry lasts. */
  readonly collapseTimeoutMs: number;
  /** Reports a fault that was survived. */
  readonly reportFault: (code: string, message: string, cause: unknown) => void;
}

/** Where responses are kept. Coherence is the store's: it alone orders computations against invalidations. */
export interface Store {
  /** A fresh entry for the address, or the fence of a miss. */
  lookup(address: Address): MaybePromise<LookupResult>;
  /** A fence without a look-up, for what is computed anew whatever the store holds. */
  lease(address: Address): MaybePromise<LookupMiss | Unreachable>;
  /** Whether what is computed under this fence may answer a request that took a fence of the same key later. */
  canShare(lease: Lease, later: Lease): boolean;
  /**
   * For a store of several processes: waits for another that computes the same, at most `waitMs`; with 0 not at all. Called once under a
   * fence, before the computation.
   */
  acquireFillLock?(address: Address, lease: Lease, waitMs: number): Promise<FillLock>;
  /** Keeps the entry unless the fence is no longer current. Ends the fence. @returns whether it was kept. */
  save(address: Address, entry: Entry, lease: Lease): MaybePromise<boolean>;
  /**
   * For a store that does not answer at once: as `save`, but only where no fresh entry stands, and in one step, so that of several at
   * once one is kept.
   */
  add?(address: Address, entry: Entry, lease: Lease): Promise<boolean>;
  /**
   * Removes the entry of an address. No invalidation: what is being computed may still be kept. Default: nothing can be removed alone.
   *
   * @returns whether there was one that could be served
   */
  delete?(address: Address): MaybePromise<boolean>;
  /** Ends a fence whose computation stores nothing. */
  release(lease: Lease, reason: ReleaseReason): void;
  /** Makes all entries and computations that the targets cover unusable. */
  invalidate(targets: Targets): MaybePromise<InvalidationResult>;
  /**
   * For a store of several processes: what is computed until the change has ended is not kept, so that a process that dies between its
   * change and the invalidation leaves nothing stale behind. Rejects when the store cannot be told.
   */
  beginWrite?(targets: Targets): Promise<WriteIntent>;
  size(): StoreSize;
  /** For a store that can list what it holds: entries that may still be served, most recently used first. Listing counts as no use. */
  list?(): Iterable<ListedEntry>;
  /**
   * Releases what the store holds.
   *
   * @param waitMs milliseconds to wait at most for changes that run and for undelivered invalidations. Default: the store's own limit.
   * 0: another store takes over, and learns of the changes that run
   */
  close(waitMs?: number): MaybePromise<void>;
}

/** A store that takes part of the cache's configuration: the cache opens it when it is configured, and closes it. */
export interface OpenableStore {
  open(settings: StoreSettings): Store;
}
