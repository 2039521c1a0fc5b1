import type { Change, Read, Versions } from './operation-log.js';
import type { Mix, Step } from './workload.js';

export type StoreKind = 'redis' | 'redis-near' | 'redis-cluster' | 'memcached' | 'keyv' | 'simple';
export type ContenderName = 'ours' | 'bentocache' | 'bentocache-l2' | 'type-cacheable' | 'cache-manager' | 'cache-manager-wrap';
export type Mode = 'refuse' | 'continue';

/** The task of a worker. */
export interface Assignment {
  readonly worker: number;
  readonly contender: ContenderName;
  readonly store: StoreKind;
  /** The URLs of the store's servers, as this worker reaches them. */
  readonly urls: readonly string[];
  readonly mode: Mode;
  readonly seed: number;
  readonly clients: number;
  readonly mix: Mix;
  /** The longest time of a handler in milliseconds, before and after its query of the database together. */
  readonly handlerMs: number;
  /** The share of handler runs that fail. */
  readonly failing: number;
  /** True if requests go through real sockets. */
  readonly overHttp: boolean;
  /** True if hits are answered before the application (`cache.edge`). */
  readonly hasEdge: boolean;
  /** True if entries expire soon, and stale responses are allowed for some time. */
  readonly hasGrace: boolean;
  /** True if responses use memoized results, and only these results are invalidated. */
  readonly hasChain: boolean;
  /** True if every hit is verified. */
  readonly isVerified: boolean;
}

/** A question of a worker to the database. */
export type Question =
  | { readonly kind: 'look'; readonly id: number; readonly path: string; readonly keys: readonly string[] }
  | {
      readonly kind: 'commit';
      readonly id: number;
      readonly step: number;
      readonly key: string;
      readonly startMs: number;
      readonly isAnnounced: boolean;
    };

/** A change whose end its worker has seen. */
export type EndedChange = Change & { readonly step: number };

export type FromWorker =
  | Question
  | { readonly kind: 'ready' }
  /** All steps of one `together` have ended. */
  | { readonly kind: 'done'; readonly id: number }
  | {
      readonly kind: 'log';
      readonly reads: readonly Read[];
      readonly changes: readonly EndedChange[];
      readonly faults: Readonly<Record<string, number>>;
      /** Verified hits, by outcome. */
      readonly verified: Readonly<Record<string, number>>;
    };

export type ToWorker =
  | { readonly kind: 'begin'; readonly assignment: Assignment }
  | { readonly kind: 'answer'; readonly id: number; readonly versions: Versions }
  /** Runs these steps concurrently. */
  | { readonly kind: 'together'; readonly id: number; readonly steps: readonly Step[] }
  /** Blocks the event loop. */
  | { readonly kind: 'stall'; readonly ms: number }
  /** Blocks the event loop during requests, then runs the steps, closes the cache, and ends. */
  | { readonly kind: 'retire'; readonly ms: number; readonly steps: readonly Step[] }
  | { readonly kind: 'stop' };
