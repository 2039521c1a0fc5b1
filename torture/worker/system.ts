import type { ReadOutcome, Versions } from '../operation-log.js';
import type { WriteKind } from '../workload.js';
import type { Operation } from './operation.js';

export interface Shown {
  readonly outcome: ReadOutcome;
  readonly versions: Versions;
  readonly remark: string;
}

/** How a change ended for whoever asked for it: seen to its end, or answered that it may or may not have happened. */
export type Ended = 'seen' | 'unknown';

/** A cache with an application behind it. */
export interface System {
  read(path: string, operation: Operation): Promise<Shown>;
  change(key: string, writeKind: WriteKind, operation: Operation): Promise<Ended>;
  close(): Promise<void>;
}
