import { AsyncLocalStorage } from 'node:async_hooks';

/** An operation while it runs. */
export interface Operation {
  readonly step: number;
  readonly startMs: number;
  /** The committed version; 0 before a commit. */
  version: number;
  /** True if the store has accepted the write intent of the change. */
  isAnnounced: boolean;
  /** True if the cache has reported the invalidation as undelivered. */
  isUndelivered: boolean;
}

/** The operation for which the code of the server runs. */
export const operations = new AsyncLocalStorage<Operation>();
