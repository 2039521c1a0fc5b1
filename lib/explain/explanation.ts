import type { CachedOptions } from '../options/cached-options.js';

/** A stored entry without its body. */
export interface ExplainedEntry {
  /** The HTTP status. */
  readonly status: number;
  /** The size of the body in bytes. */
  readonly bytes: number;
  /** Seconds since the cache stored the entry. */
  readonly age: number;
  /** Seconds until the entry expires: negative if it has expired, `Infinity` if it never expires. */
  readonly ttl: number;
  /** The tags of the entry. */
  readonly tags: readonly string[];
}

/** The predicted outcome of a request, with its reason. */
export interface Explanation {
  /** The class and the method. `undefined` if the request would reach no action of routing-controllers. */
  readonly action: string | undefined;
  /** The options of `@Cached` and `@CacheDefaults` that apply. */
  readonly options: CachedOptions | undefined;
  /** The predicted outcome. `undefined` if the action is not cached. */
  readonly outcome: 'hit' | 'miss' | 'stale' | 'bypass' | undefined;
  /** The reason of the outcome, as a text. */
  readonly reason: string;
  /** The canonical path, under which invalidations reach the entry. */
  readonly path: string | undefined;
  /** The whole key, as the store gets it. It may identify a caller. */
  readonly key: string | undefined;
  /** The stored entry, fresh or stale. */
  readonly entry: ExplainedEntry | undefined;
}
