import type { Change, FaultWindow, OperationLog, Read } from './operation-log.js';
import { VersionFloor } from './version-floor.js';

/**
 * Milliseconds after the end of a fault in which an invalidation may still be undelivered. The client reconnects within a second, the
 * circuit breaker checks the store every second, and the cache retries the invalidation every 0.1 s. The rest is for busy machines.
 */
export const SETTLING_MS = 5000;
/** Milliseconds after which a change of a dead process has no effect left. Its write intent expires after 30 seconds. */
const MARK_ENDED_MS = 31_000;

/** A read that shows an older version than a change that was acknowledged before the read began. */
export interface StaleRead {
  readonly key: string;
  readonly seen: number;
  readonly change: Change;
  readonly read: Read;
}

export interface Verdict {
  /** The stale reads that the contract forbids. */
  readonly stale: readonly StaleRead[];
  /**
   * The stale reads that the contract allows with `whenUnreachable: 'continue'`. The cache had reported that the invalidation was not
   * delivered yet, and the store was unreachable at the time or shortly before. Another process than that of the change read.
   */
  readonly excused: readonly StaleRead[];
}

/**
 * Finds the reads in a log that began after the acknowledgement of a change and show an older version. A change binds reads from:
 *
 * - the end of the change, if it was acknowledged;
 * - `SETTLING_MS` after the store was whole again, if the cache reported the invalidation as undelivered. The process of the change knows
 *   of it, so its own reads are bound from the end of the change. If that process died earlier, no other process learns of the change;
 * - the end of its process, if the process died after the store had accepted the write intent. These are hits only, because earlier
 *   entries must be invalid. When the write intent has expired, all reads are bound;
 * - never, in all other cases.
 */
export function check({ reads, changes, faults }: OperationLog): Verdict {
  const settled = settledAfter(faults);
  const deaths = deathsIn(changes);
  const bindings = {
    acknowledged: new VersionFloor(),
    excusing: new VersionFloor(),
    own: new VersionFloor(),
    died: new VersionFloor(),
  };
  for (const change of changes) {
    if (change.outcome === 'acknowledged' && !change.isUndelivered) bindings.acknowledged.add(change, change.endMs);
    if (change.outcome === 'acknowledged' && change.isUndelivered) {
      bindings.excusing.add(change, change.endMs);
      bindings.own.add(change, change.endMs, change.worker);
      const deliveredMs = settled(change.endMs);
      if (deliveredMs < (deaths.get(change.worker) ?? Infinity)) bindings.acknowledged.add(change, deliveredMs);
    }
    if (change.outcome === 'died' && change.isAnnounced) {
      bindings.died.add(change, change.endMs);
      bindings.acknowledged.add(change, change.endMs + MARK_ENDED_MS);
    }
  }

  const stale: StaleRead[] = [];
  const excused: StaleRead[] = [];
  for (const read of reads) {
    if (read.outcome === 'failed') continue;
    const forbidden =
      violated(read, bindings.acknowledged) ??
      violated(read, bindings.own, read.worker) ??
      (read.outcome === 'hit' || read.outcome === 'expired' ? violated(read, bindings.died) : undefined);
    if (forbidden !== undefined) stale.push(forbidden);
    else {
      const allowed = violated(read, bindings.excusing);
      if (allowed !== undefined) excused.push(allowed);
    }
  }
  return { stale, excused };
}

/** Returns the time at which each process was killed. A killed process always has a change in progress. */
function deathsIn(changes: readonly Change[]): ReadonlyMap<number, number> {
  return new Map(changes.filter(({ outcome }) => outcome === 'died').map(({ worker, endMs }) => [worker, endMs]));
}

function violated(read: Read, floor: VersionFloor, worker?: number): StaleRead | undefined {
  for (const [key, seen] of Object.entries(read.versions)) {
    const change = floor.at(key, read.startMs, worker);
    if (change !== undefined && seen < change.version) return { key, seen, change, read };
  }
  return undefined;
}

/** Returns a function from the time of a failed delivery to its latest repetition: `SETTLING_MS` later, or after the last fault near it. */
function settledAfter(faults: readonly FaultWindow[]): (moment: number) => number {
  const windows = [...faults].sort((one, other) => one.startMs - other.startMs);
  return moment => {
    let until = moment + SETTLING_MS;
    for (const { startMs, endMs } of windows) {
      if (startMs < until) until = Math.max(until, endMs + SETTLING_MS);
    }
    return until;
  };
}
