/** The version of each key, as seen. */
export type Versions = Readonly<Record<string, number>>;

/** How a read was answered; `expired`: with a response that has expired, within its grace. */
export type ReadOutcome = 'hit' | 'miss' | 'collapsed' | 'bypass' | 'expired' | 'failed';

/** One answered read. Times are those of `monotonicMs`. */
export interface Read {
  readonly kind: 'read';
  readonly worker: number;
  readonly path: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly outcome: ReadOutcome;
  readonly versions: Versions;
  /** What the cache said of it. */
  readonly remark: string;
}

export type ChangeOutcome =
  /** Its end was seen, and with it that the data have changed. */
  | 'acknowledged'
  /** 503 before anything had changed. */
  | 'refused'
  /** 503 after the data had changed: it may have happened. */
  | 'unacknowledged'
  /** It said that nothing has changed. */
  | 'nothing'
  /** Its process was killed after the data had changed. */
  | 'died';

/** One change. */
export interface Change {
  readonly kind: 'change';
  readonly worker: number;
  readonly key: string;
  /** That the key has from then on; 0 where nothing has changed. */
  readonly version: number;
  readonly startMs: number;
  /** When its end was seen; of one that died, when its process had ended. */
  readonly endMs: number;
  readonly outcome: ChangeOutcome;
  /** The cache said that the store does not know of it yet (`CACHE_INVALIDATION_UNDELIVERED`), and that it goes on all the same. */
  readonly isUndelivered: boolean;
  /** The store had been told before that the change was under way. */
  readonly isAnnounced: boolean;
}

/** A time in which the store was broken on purpose. */
export interface FaultWindow {
  readonly startMs: number;
  readonly endMs: number;
}

export interface OperationLog {
  readonly reads: readonly Read[];
  readonly changes: readonly Change[];
  readonly faults: readonly FaultWindow[];
}
