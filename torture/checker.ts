import type { Change, FaultWindow, OperationLog, Read } from './operation-log.js';
import { VersionFloor } from './version-floor.js';

/**
 * Milliseconds after a fault has ended in which an undelivered invalidation may still be on its way: the client connects again within a
 * second, the store is asked again every second, the invalidation is tried every tenth of one. The rest is for busy machines.
 */
export const SETTLING_MS = 5000;
/** Milliseconds after which nothing may be left of a change whose process has died: its mark ends after 30 seconds. */
const MARK_ENDED_MS = 31_000;

/** A read that was answered with less than had been acknowledged before it began. */
export interface StaleRead {
  readonly key: string;
  readonly seen: number;
  readonly change: Change;
  readonly read: Read;
}

export interface Verdict {
  /** What the contract forbids. */
  readonly stale: readonly StaleRead[];
  /**
   * Stale too, but allowed with `whenUnreachable: 'continue'`: the cache had said that the invalidation was not delivered yet, and the
   * store was, or had just been, out of reach. Only of other processes than the one that made the change.
   */
  readonly excused: readonly StaleRead[];
}

/**
 * Looks in a log for reads that began after a change had been acknowledged, and saw an older version. A change binds
 *
 * - from the moment its end was seen, when it was acknowledged;
 * - from `SETTLING_MS` after the store was whole again, when the cache had said that its invalidation is not delivered; but its own
 *   process, which knows, from the moment its end was seen. Where that process died before, it binds no other: nobody is left to tell;
 * - those reads that are hits, from the end of its process, when that died after the store had been told of the change: what was stored
 *   before or meanwhile must be dead. All reads, once the mark has ended;
 * - nobody otherwise.
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

/** When processes were killed: always with a change under way. */
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

/** From when on an invalidation that could not be delivered at a moment must have been: no fault is near any more. */
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
