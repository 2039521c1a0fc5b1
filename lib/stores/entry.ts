import type { StoredResponse } from '../http/stored-response.js';
import type { Variant } from '../http/variant.js';
import type { CanonicalPath } from '../keys/canonical-path.js';

/** A value or a promise of it. A store in memory returns the value; any other store returns a promise. */
export type MaybePromise<T> = T | Promise<T>;

/** The address of an entry: its exact key, and the path and tags by which an invalidation finds the entry. */
export interface Address {
  readonly key: string;
  readonly path: CanonicalPath;
  /** The tags that are known before the response is computed. @default [] */
  readonly tags?: readonly string[] | undefined;
  /** True if the response adds tags that are unknown before its computation. @default false */
  readonly hasComputedTags?: boolean | undefined;
  /**
   * True if `hasComputedTags` is a precaution, because no response of its kind has had such tags yet. Then processes may wait for
   * computations that expect none. @default false
   */
  readonly isUntaggedSoFar?: boolean | undefined;
  /** True if the application sets the value, so that of two processes the last writer wins. @default false */
  readonly isValue?: boolean | undefined;
  /** True if no computation follows a miss of the look-up, so that the store need not prepare for one. @default false */
  readonly isReadOnly?: boolean | undefined;
}

/** A response and its lifetime. */
export interface Entry {
  readonly response: StoredResponse;
  /** Milliseconds since the epoch. */
  readonly storedAtMs: number;
  /** Milliseconds since the epoch. An entry with `Infinity` never expires. */
  readonly expiresAtMs: number;
  /** Milliseconds since the epoch. Until then the entry can be served stale (RFC 5861). @default expiresAtMs */
  readonly deleteAtMs?: number | undefined;
  /** The tags of the response, in addition to the tags of its address. @default [] */
  readonly tags?: readonly string[] | undefined;
  /** The representations that clients received for the response. Hits before Express use them. @default [] */
  readonly variants?: readonly Variant[] | undefined;
}

/** The targets of an invalidation: all entries at or under a prefix, by whole segments, and all entries with one of the tags. */
export interface Targets {
  readonly prefixes: readonly string[];
  /** @default [] */
  readonly tags?: readonly string[] | undefined;
}
