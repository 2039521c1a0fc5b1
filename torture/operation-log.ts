/** The seen version of each key. */
export type Versions = Readonly<Record<string, number>>;

/** The outcome of a read. `expired`: an expired response, within its grace period. */
export type ReadOutcome = 'hit' | 'miss' | 'collapsed' | 'bypass' | 'expired' | 'failed';

/** A read and its response. All times are those of `monotonicMs`. */
export interface Read {
  readonly kind: 'read';
  readonly worker: number;
  readonly path: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly outcome: ReadOutcome;
  readonly versions: Versions;
  /** The `Cache-Status` of the response, or the error. */
  readonly remark: string;
}

export type ChangeOutcome =
  /** The client saw the end of the change, and so knows that the data have changed. */
  | 'acknowledged'
  /** 503 before the data changed. */
  | 'refused'
  /** 503 after the data had changed. The client does not know whether they have. */
  | 'unacknowledged'
  /** The response reports that no data have changed. */
  | 'nothing'
  /** The process was killed after the data had changed. */
  | 'died';

/** A change and its end. */
export interface Change {
  readonly kind: 'change';
  readonly worker: number;
  readonly key: string;
  /** The new version of the key; 0 if no data have changed. */
  readonly version: number;
  readonly startMs: number;
  /** The time at which the client saw the end. If the process died, the time of its end. */
  readonly endMs: number;
  readonly outcome: ChangeOutcome;
  /** True if the cache acknowledged the change and reported `CACHE_INVALIDATION_UNDELIVERED`: the store does not know of it yet. */
  readonly isUndelivered: boolean;
  /** True if the store had accepted the write intent of the change before. */
  readonly isAnnounced: boolean;
}

/** A time in which the runner broke the store. */
export interface FaultWindow {
  readonly startMs: number;
  readonly endMs: number;
}

export interface OperationLog {
  readonly reads: readonly Read[];
  readonly changes: readonly Change[];
  readonly faults: readonly FaultWindow[];
}
