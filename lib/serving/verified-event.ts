import { coveringTarget } from '../actions/covering-target.js';
import type { Suspect, VerifiedEvent } from '../events/channels.js';
import type { RecordedChange } from '../verification/recent-changes.js';
import type { ResponseDifference } from '../verification/response-difference.js';
import { ageSeconds } from './respond.js';
import type { VerifiedHit } from './verified-hit.js';

/** The maximum number of suspects in a report. */
const MAX_SUSPECTS = 10;

/** The judgement of an entry by runs of the method. */
export interface Verdict {
  readonly outcome: VerifiedEvent['outcome'];
  readonly difference?: ResponseDifference;
  /** The changes that may have made the entry stale, newest first. */
  readonly changes?: readonly RecordedChange[];
}

/** Describes a verdict for subscribers. @param hitAtMs the time of the hit */
export function verifiedEvent(hit: VerifiedHit, hitAtMs: number, { outcome, difference, changes = [] }: Verdict): VerifiedEvent {
  const { request, entry, coverable } = hit;
  const { runtime, action } = request;
  const { path } = coverable.address.path;
  const suspects = changes.flatMap(({ by, params, endedAtMs }): Suspect[] => {
    if (endedAtMs === undefined) return [];
    const secondsBefore = Math.max(0, Math.floor((hitAtMs - endedAtMs) / 1000));
    return [{ by, target: coveringTarget(request.call, path, params), secondsBefore }];
  });
  return {
    action: action.name,
    path,
    outcome,
    ageSeconds: ageSeconds(entry, hitAtMs),
    pointers: difference?.pointers ?? [],
    headers: difference?.headers ?? [],
    suspects: suspects.slice(0, MAX_SUSPECTS),
    hasAllSuspects:
      suspects.length <= MAX_SUSPECTS &&
      // Processes that share a store make changes that this one does not see.
      runtime.store.beginWrite === undefined &&
      runtime.verification?.changes.isCompleteSince(entry.storedAtMs) === true,
  };
}
