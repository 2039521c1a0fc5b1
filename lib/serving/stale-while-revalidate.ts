import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Entry } from '../stores/store.js';
import { clientCallOf, exchangeOf, redirectToBackground, type BackgroundExchange } from './background-call.js';
import { respondWithEntry, NEVER_SETTLES } from './respond.js';
import { acquireFillLock } from '../runtime/collapse.js';
import { fill } from './serve-miss.js';
import type { Flight } from '../runtime/single-flight.js';
import type { MissedRequest, NotStoredListener } from './cached-request.js';

/** Seconds after which an unfinished refresh no longer prevents the next one, if `collapseTimeout` is 0. */
const REFRESH_TIMEOUT = 10;

/**
 * Answers with a stale response, and refreshes it in the background unless another refresh runs (RFC 5861 §3). The method runs
 * with the converted and validated arguments of this request, and writes to a response without a client.
 *
 * @param answerMiss answers with a fill in the foreground, if the method needs its client
 */
export function serveStale(request: MissedRequest, stale: Entry, answerMiss: () => unknown): unknown {
  const { runtime, address, lease } = request;
  const outcome = { kind: 'stale', detail: 'it is being refreshed' } as const;
  if (isRefreshing(request)) {
    runtime.release(lease, 'unused');
    return respondWithEntry(request, stale, outcome);
  }
  // Before the answer changes request and response.
  const exchange = exchangeOf(request, 'its response cannot be refreshed in the background');
  if (exchange === undefined) return answerMiss();
  const flight = runtime.singleFlight.open(address.key, lease);
  respondWithEntry(request, stale, outcome);
  return refresh(request, flight, exchange);
}

/** True if a refresh runs, or one has just ended with a response that cannot be stored. */
function isRefreshing({ runtime, address }: MissedRequest): boolean {
  const { singleFlight, config } = runtime;
  if (singleFlight.isHitForMiss(address.key)) return true;
  const flight = singleFlight.get(address.key);
  return flight !== undefined && performance.now() - flight.sinceMs < (config.collapseTimeout || REFRESH_TIMEOUT) * 1000;
}

async function refresh(request: MissedRequest, flight: Flight, exchange: BackgroundExchange): Promise<unknown> {
  const { runtime, address, lease } = request;
  const lock = await acquireFillLock(request, 0);
  if (lock.kind !== 'granted') {
    // Another process refreshes the entry, or has just done so.
    runtime.release(lease, 'unused');
    runtime.singleFlight.close(address.key, flight);
    flight.settle(lock.kind === 'filled' ? { kind: 'recorded', entry: lock.entry } : { kind: 'abandoned' });
    return NEVER_SETTLES;
  }
  // The client's answer goes out first.
  await nextTurn();
  redirectToBackground(request.call, clientCallOf(request.call), exchange);
  const behind = { ...request, trace: request.trace?.forRefresh() };
  return fill(behind, flight, refreshListener(request));
}

function refreshListener({ runtime, action, address }: MissedRequest): NotStoredListener {
  return {
    onNotStored(result, why, cause) {
      if (result === 'failed') {
        runtime.faults.report('CACHE_REFRESH_FAILED', `${action.name}: a stale response could not be refreshed: ${why}`, cause);
      } else if (result === 'unshareable') {
        // The new response differs from the stale one, and cannot be stored in its place.
        void runtime.survive('a stale entry could not be deleted', false, () => runtime.store.delete?.(address) ?? false);
      }
    },
  };
}
