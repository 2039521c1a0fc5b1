import type { ActionCall } from '../actions/action-call.js';
import type { CachedAction } from '../actions/cached-action.js';
import type { RequestTrace } from '../events/request-trace.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';
import type { Computation } from '../runtime/computation.js';
import type { FillResult } from '../runtime/single-flight.js';
import type { Address, Entry, Lease, MaybePromise } from '../stores/store.js';

/** One request to a cached action. Every step of serving takes it. */
export interface CachedRequest {
  readonly runtime: CacheRuntime;
  readonly action: CachedAction;
  readonly call: ActionCall;
  /** The trace for subscribers of events. Undefined if there are none. */
  readonly trace: RequestTrace | undefined;
  /** The computation that collects the dependencies of the response. Undefined before the program uses the first tag. */
  readonly computation: Computation | undefined;
}

/** A cached request that no fresh entry answers. */
export interface MissedRequest extends CachedRequest {
  readonly address: Address;
  /** True if the key names the one caller that the response is for. */
  readonly isPerUser: boolean;
  /** The lease, older than the computation: after an invalidation, the store refuses the response. */
  readonly lease: Lease;
  readonly computation: Computation;
  /** True if a change of the entry runs or settles, so that the response will not be stored. */
  readonly isBeingChanged: boolean;
}

/** The receiver of the report of a fill that stores nothing. */
export interface NotStoredListener {
  /** @param cause the error of the method, if it threw */
  onNotStored(result: Exclude<FillResult['kind'], 'recorded'>, reason: string, cause: unknown): void;
}

/** The bytes of one response on their way out, and the entry that they belong to. */
export interface ResponseCapture {
  /** Returns the entry with the bytes that went out, if all of them have gone out by now. */
  withVariant(entry: Entry): Entry;
  /** Adds the bytes to a stored entry. @param entry undefined if the store has none: the capture ends */
  attachTo(entry: Entry | undefined): void;
  /** Ends the capture without a variant. */
  abandon(): void;
}

/** The capture of responses as they leave the process. The edge implements it, and answers later hits with the captured bytes. */
export interface ResponseTap {
  /** Records the URL of this request as an alias of the address. */
  learnAlias(request: CachedRequest, address: Address): void;
  /** Captures the response of a hit. @returns undefined if the edge has no lease for the entry */
  captureHit(request: CachedRequest, address: Address): ResponseCapture | undefined;
  /** Captures the response of a fill. @returns undefined if the store grants no lease */
  captureFill(request: CachedRequest, address: Address): MaybePromise<ResponseCapture | undefined>;
}
