import { setImmediate as nextTurn } from 'node:timers/promises';
import { requestOf, responseOf, type ActionCall, type Request, type Response } from '../actions/action-call.js';
import { RequestTrace } from '../events/request-trace.js';
import { backgroundExchange, type Exchange } from '../http/background-exchange.js';
import type { Entry } from '../stores/store.js';
import { respondWithEntry, NEVER_SETTLES } from './respond.js';
import { acquireFillLock } from '../runtime/collapse.js';
import { compute } from './serve-miss.js';
import type { Flight } from '../runtime/single-flight.js';
import type { CachedRequest } from './cached-request.js';

/** Seconds after which a refresh that has not come to its end does not keep others from beginning, where `collapseTimeout` is 0. */
const REFRESH_TIMEOUT = 10;

/**
 * Answers at once with a response that has expired, and has it computed anew behind the answer, unless that is under way already
 * (RFC 5861 §3): the method runs in the same call, with the arguments that have been converted and checked for this request, and writes
 * to a response without a client.
 *
 * @param computeNow answers with a computation of its own, where the method cannot be run without its client
 */
export function serveStale(cachedRequest: CachedRequest, stale: Entry, computeNow: () => unknown): unknown {
  const { runtime, action, call, address, lease } = cachedRequest;
  const outcome = { kind: 'stale', detail: 'it is computed anew' } as const;
  if (isRefreshing(cachedRequest)) {
    runtime.release(lease, 'unused');
    return respondWithEntry(runtime, action, call, stale, outcome);
  }
  // As they are before the answer is written.
  const exchange = exchangeOf(cachedRequest);
  if (exchange === undefined) return computeNow();
  const flight = runtime.singleFlight.open(address.key, lease);
  respondWithEntry(runtime, action, call, stale, outcome);
  return refresh(cachedRequest, flight, exchange);
}

/** @returns `undefined` where the method cannot be run without its client */
function exchangeOf({ runtime, action, call }: CachedRequest): Exchange<Request, Response> | undefined {
  try {
    return backgroundExchange(requestOf(call), responseOf(call));
  } catch (error) {
    // A middleware may have made of the request whatever it likes.
    runtime.faults.report('CACHE_REFRESH_FAILED', `${action.name}: it cannot be computed behind an answer`, error);
    return undefined;
  }
}

/** Whether another request has it computed, or one has of late and nothing came of it that can be kept. */
function isRefreshing({ runtime, address }: CachedRequest): boolean {
  const { singleFlight, config } = runtime;
  if (singleFlight.isHitForMiss(address.key)) return true;
  const flight = singleFlight.get(address.key);
  return flight !== undefined && performance.now() - flight.sinceMs < (config.collapseTimeout || REFRESH_TIMEOUT) * 1000;
}

async function refresh(cachedRequest: CachedRequest, flight: Flight, exchange: Exchange<Request, Response>): Promise<unknown> {
  const { runtime, address, lease } = cachedRequest;
  const claim = await acquireFillLock(cachedRequest, 0);
  if (claim.kind !== 'granted') {
    // Another process computes it, or has.
    runtime.release(lease, 'unused');
    runtime.singleFlight.close(address.key, flight);
    flight.settle(claim.kind === 'filled' ? { kind: 'recorded', entry: claim.entry } : { kind: 'abandoned' });
    return NEVER_SETTLES;
  }
  // The client's answer goes out first.
  await nextTurn();
  const trace = RequestTrace.of(responseOf(cachedRequest.call))?.forRefresh();
  redirectToBackground(cachedRequest.call, exchange);
  trace?.attachTo(exchange.response);
  return compute({ ...cachedRequest, visit: undefined, listener: refreshListener(cachedRequest) }, flight);
}

/** From here on all goes to the response without a client: the method, interceptors, what routing-controllers makes of the result. */
function redirectToBackground({ action, args }: ActionCall, { request, response }: Exchange<Request, Response>): void {
  const twins = new Map<unknown, unknown>([
    [action.request, request],
    [action.response, response],
  ]);
  for (const [index, argument] of args.entries()) args[index] = twins.get(argument) ?? argument;
  // After-middlewares and error middlewares have their request, and its answer.
  Object.assign(action, { request, response, next: () => undefined });
}

function refreshListener({ runtime, action, address }: CachedRequest): CachedRequest['listener'] {
  return {
    onNotStored(result, why, cause) {
      if (result === 'failed') {
        runtime.faults.report(
          'CACHE_REFRESH_FAILED',
          `${action.name}: an expired response could not be computed anew: ${why}`,
          cause,
        );
      } else if (result === 'unshareable') {
        // What is true now is not what stands there, and is no more than that to be kept.
        void runtime.survive('what has expired could not be deleted', false, () => runtime.store.delete?.(address) ?? false);
      }
    },
  };
}
