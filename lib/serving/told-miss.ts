import { ObservedRequest } from '../events/observed-request.js';
import { responseOf } from '../controllers/action-call.js';
import type { Entry } from '../stores/store.js';
import type { Miss } from './miss.js';

/** Tells that a response is not stored: in its head where that can still be changed, and to those who listen. */
export function tellGivenUp({ engine, call }: Miss, why: string): void {
  const reason = `not stored: ${why}`;
  engine.explainMiss(responseOf(call), reason);
  ObservedRequest.of(responseOf(call))?.end('miss', reason);
}

/** Tells those who listen what has become of a response that was to be stored. */
export function tellSaved(miss: Miss, entry: Entry, isKept: boolean): void {
  const { engine, address } = miss;
  // Asked for also with nobody listening: that ends it.
  const { history } = engine;
  const observed = ObservedRequest.of(responseOf(miss.call));
  if (observed === undefined) return;
  if (!isKept) {
    observed.end('miss', `not stored: ${whyRefused(miss, entry, observed)}`);
    return;
  }
  history?.noteStored(address, entry, observed.order);
  const { response, storedAtMs, expiresAtMs, tags = [] } = entry;
  observed.stored({
    path: address.path.path,
    status: response.status,
    bytes: response.body.length,
    ttl: (expiresAtMs - storedAtMs) / 1000,
    tags: [...tags, ...(address.tags ?? [])],
  });
  observed.end('miss', observed.cause);
}

/** A store says that it did not keep an entry, not why. */
function whyRefused({ engine, address }: Miss, { tags }: Entry, { order }: ObservedRequest): string {
  if (engine.history?.wasInvalidatedSince(order, address, tags) === true) return 'it was invalidated while it was computed';
  return engine.config.store === 'null' ? 'the store never holds anything' : 'the store did not keep it';
}
