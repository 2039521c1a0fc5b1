import { RequestTrace } from '../events/request-trace.js';
import { responseOf } from '../actions/action-call.js';
import type { Entry } from '../stores/store.js';
import type { CachedRequest } from './cached-request.js';

/** Tells that a response is not stored: in its head where that can still be changed, and to those who listen. */
export function reportNotStored({ runtime, call }: CachedRequest, why: string): void {
  const reason = `not stored: ${why}`;
  runtime.setMissDetail(responseOf(call), reason);
  RequestTrace.of(responseOf(call))?.end('miss', reason);
}

/** Tells those who listen what has become of a response that was to be stored. */
export function reportStored(cachedRequest: CachedRequest, entry: Entry, isKept: boolean): void {
  const { runtime, address } = cachedRequest;
  // Asked for also with nobody listening: that ends it.
  const { history } = runtime;
  const trace = RequestTrace.of(responseOf(cachedRequest.call));
  if (trace === undefined) return;
  if (!isKept) {
    trace.end('miss', `not stored: ${refusalReason(cachedRequest, entry, trace)}`);
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

/** A store says that it did not keep an entry, not why. */
function refusalReason({ runtime, address }: CachedRequest, { tags }: Entry, { sequence }: RequestTrace): string {
  if (runtime.history?.wasInvalidatedSince(sequence, address, tags) === true) return 'it was invalidated while it was computed';
  return runtime.config.store === 'null' ? 'the store never holds anything' : 'the store did not keep it';
}
