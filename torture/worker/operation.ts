import { AsyncLocalStorage } from 'node:async_hooks';

/** What is known of an operation while it runs. */
export interface Operation {
  readonly step: number;
  readonly startMs: number;
  /** What it has committed; 0: nothing. */
  version: number;
  /** The store has been told that a change is under way. */
  isAnnounced: boolean;
  /** The cache has reported that its invalidation could not be delivered. */
  isUndelivered: boolean;
}

/** The operation on whose behalf code runs, on the side of the server. */
export const operations = new AsyncLocalStorage<Operation>();
