import { setImmediate as nextTurn } from 'node:timers/promises';
import { requestOf, responseOf, type ActionCall, type Request, type Response } from '../actions/action-call.js';
import { backgroundExchange, type Exchange } from '../http/background-exchange.js';
import type { Entry } from '../stores/store.js';
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
  const exchange = exchangeOf(request);
  if (exchange === undefined) return answerMiss();
  const flight = runtime.singleFlight.open(address.key, lease);
  respondWithEntry(request, stale, outcome);
  return refresh(request, flight, exchange);
}

/** @returns undefined if the method cannot run without its client */
function exchangeOf({ runtime, action, call }: MissedRequest): Exchange<Request, Response> | undefined {
  try {
    return backgroundExchange(requestOf(call), responseOf(call));
  } catch (error) {
    // A middleware may have replaced any part of the request.
    runtime.faults.report('CACHE_REFRESH_FAILED', `${action.name}: its response cannot be refreshed in the background`, error);
    return undefined;
  }
}

/** True if a refresh runs, or one has just ended with a response that cannot be stored. */
function isRefreshing({ runtime, address }: MissedRequest): boolean {
  const { singleFlight, config } = runtime;
  if (singleFlight.isHitForMiss(address.key)) return true;
  const flight = singleFlight.get(address.key);
  return flight !== undefined && performance.now() - flight.sinceMs < (config.collapseTimeout || REFRESH_TIMEOUT) * 1000;
}

async function refresh(request: MissedRequest, flight: Flight, exchange: Exchange<Request, Response>): Promise<unknown> {
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
  redirectToBackground(request.call, exchange);
  const behind = { ...request, trace: request.trace?.forRefresh() };
  return fill(behind, flight, refreshListener(request));
}

/** Makes the method, the interceptors and routing-controllers use the request and the response without a client. */
function redirectToBackground({ action, args }: ActionCall, { request, response }: Exchange<Request, Response>): void {
  const clones = new Map<unknown, unknown>([
    [action.request, request],
    [action.response, response],
  ]);
  for (const [index, argument] of args.entries()) args[index] = clones.get(argument) ?? argument;
  // The after-middlewares and error handlers have the request of the client, which has its answer.
  Object.assign(action, { request, response, next: () => undefined });
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
