import type { Change, Read, Versions } from './operation-log.js';
import type { Mix, Step } from './workload.js';

export type StoreKind = 'redis' | 'redis-near' | 'redis-cluster' | 'memcached' | 'keyv' | 'simple';
export type ContenderName = 'ours' | 'bentocache' | 'bentocache-l2' | 'type-cacheable' | 'cache-manager' | 'cache-manager-wrap';
export type Mode = 'refuse' | 'continue';

/** What a worker is to do. */
export interface Assignment {
  readonly worker: number;
  readonly contender: ContenderName;
  readonly store: StoreKind;
  /** Of the store's servers, as this worker reaches them. */
  readonly urls: readonly string[];
  readonly mode: Mode;
  readonly seed: number;
  readonly clients: number;
  readonly mix: Mix;
  /** Milliseconds that handlers take at most, before and after they ask the database. */
  readonly handlerMs: number;
  /** Share of handlers that fail. */
  readonly failing: number;
  /** Requests go through real sockets. */
  readonly overHttp: boolean;
  /** Hits are answered before the application (`cache.edge`). */
  readonly hasEdge: boolean;
  /** Entries expire soon, and may be served for a while after that. */
  readonly hasGrace: boolean;
  /** Responses use memoized results, and are invalidated only by these. */
  readonly hasChain: boolean;
  /** Every hit is verified. */
  readonly isVerified: boolean;
}

/** Of a worker to the database. */
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

/** A change as its worker saw it end. */
export type EndedChange = Change & { readonly step: number };

export type FromWorker =
  | Question
  | { readonly kind: 'ready' }
  /** All steps that were given together have ended. */
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
  /** Takes these steps all at once. */
  | { readonly kind: 'together'; readonly id: number; readonly steps: readonly Step[] }
  /** Blocks the event loop. */
  | { readonly kind: 'stall'; readonly ms: number }
  /** Blocks the event loop with requests under way, then takes the steps, closes the cache, and ends. */
  | { readonly kind: 'retire'; readonly ms: number; readonly steps: readonly Step[] }
  | { readonly kind: 'stop' };
