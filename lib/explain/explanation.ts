import type { CachedOptions } from '../options/cached-options.js';

/** An entry, without its body. */
export interface ExplainedEntry {
  readonly status: number;
  /** Of the body. */
  readonly bytes: number;
  /** Seconds since it was stored. */
  readonly age: number;
  /** Seconds that it stays fresh: negative where it has expired, `Infinity` where it never does. */
  readonly ttl: number;
  readonly tags: readonly string[];
}

/** What a request would come to, and why. */
export interface Explanation {
  /** Class and method; `undefined`: no action of routing-controllers would be asked. */
  readonly action: string | undefined;
  /** Those that apply, of `@Cached` and `@CacheDefaults`. */
  readonly options: CachedOptions | undefined;
  /** `undefined`: the action is not cached. */
  readonly outcome: 'hit' | 'miss' | 'stale' | 'bypass' | undefined;
  /** In words. */
  readonly reason: string;
  /** The canonical path, by which invalidations reach the entry. */
  readonly path: string | undefined;
  /** Whole, as the store is given it. It may name a caller. */
  readonly key: string | undefined;
  readonly entry: ExplainedEntry | undefined;
}
