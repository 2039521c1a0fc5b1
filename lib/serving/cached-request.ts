import type { ActionCall } from '../actions/action-call.js';
import type { CachedAction } from '../actions/cached-action.js';
import type { EdgeRequest } from '../edge/edge-request.js';
import type { Address, Lease } from '../stores/store.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';
import type { FillResult } from '../runtime/single-flight.js';

/** Says how a request ends whose computation does not say it itself. */
export interface NotStoredListener {
  /** Nothing is kept. @param cause what the method has thrown */
  onNotStored(result: Exclude<FillResult['kind'], 'recorded'>, why: string, cause: unknown): void;
}

/** A request that no entry answers: what a computation is for. */
export interface CachedRequest {
  readonly runtime: CacheRuntime;
  readonly action: CachedAction;
  readonly call: ActionCall;
  readonly address: Address;
  readonly isPerUser: boolean;
  /** Taken before the computation: what is invalidated from then on keeps it out of the store. */
  readonly lease: Lease;
  /** Where the request has come through the edge, and hits of the action may be answered there. */
  readonly visit: EdgeRequest | undefined;
  /** Default: the computation itself. */
  readonly listener?: NotStoredListener | undefined;
  /** Whether what has expired may be answered where the computation fails. */
  readonly canServeStaleOnError: boolean;
}
