import type { RequestTrace } from '../events/request-trace.js';
import type { Outcome } from '../http/cache-status.js';
import { REASONS } from '../runtime/outcome-text.js';
import { responseOf } from '../actions/action-call.js';
import type { Entry } from '../stores/store.js';
import type { MissedRequest } from './cached-request.js';

/** Returns the outcome of a miss. If a change of the data prevents the storage, the outcome has that detail. */
export function missOutcome({ isBeingChanged }: MissedRequest): Outcome {
  return isBeingChanged ? { kind: 'miss', detail: `not stored: ${REASONS.beingChanged}` } : { kind: 'miss' };
}

/** Reports that a response is not stored: in its `Cache-Status`, if its headers have not gone out, and to subscribers. */
export function reportNotStored({ runtime, call, trace }: MissedRequest, notStoredBecause: string): void {
  const reason = `not stored: ${notStoredBecause}`;
  runtime.setMissDetail(responseOf(call), reason);
  trace?.end('miss', reason);
}

/** Reports the end of a save to subscribers. */
export function reportStored(request: MissedRequest, entry: Entry, isStored: boolean): void {
  const { runtime, address, trace } = request;
  // Read also without subscribers: the read ends the miss history.
  const { history } = runtime;
  if (trace === undefined) return;
  if (!isStored) {
    trace.end('miss', `not stored: ${refusalReason(request, entry, trace)}`);
    return;
  }
  history?.recordStored(address, entry, trace.sequence);
  const { response, storedAtMs, expiresAtMs, tags = [] } = entry;
  trace.stored({
    path: address.path.path,
    status: response.status,
    bytes: response.body.length,
    ttl: (expiresAtMs - storedAtMs) / 1000,
    tags: [...tags, ...(address.tags ?? [])],
  });
  trace.end('miss', trace.missReason);
}

/** Finds the reason of a refused save, which the store itself does not give. */
function refusalReason({ runtime, address, isBeingChanged }: MissedRequest, { tags }: Entry, { sequence }: RequestTrace): string {
  if (isBeingChanged) return REASONS.beingChanged;
  if (runtime.history?.wasInvalidatedSince(sequence, address, tags) === true) return 'it was invalidated while it was computed';
  return runtime.config.store === 'null' ? 'the store never holds anything' : 'the store did not keep it';
}
