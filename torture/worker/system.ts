import type { ReadOutcome, Versions } from '../operation-log.js';
import type { WriteKind } from '../workload.js';
import type { Operation } from './operation.js';

export interface Shown {
  readonly outcome: ReadOutcome;
  readonly versions: Versions;
  readonly remark: string;
}

/** The end of a change for its client. `seen`: the client saw the end. `unknown`: the client does not know whether the data changed. */
export type Ended = 'seen' | 'unknown';

/** An application with a cache. */
export interface System {
  read(path: string, operation: Operation): Promise<Shown>;
  change(key: string, writeKind: WriteKind, operation: Operation): Promise<Ended>;
  close(): Promise<void>;
}
