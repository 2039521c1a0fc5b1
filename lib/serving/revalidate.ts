import { setImmediate as nextTurn } from 'node:timers/promises';
import { requestOf, responseOf, type ActionCall, type Request, type Response } from '../controllers/action-call.js';
import { ObservedRequest } from '../events/observed-request.js';
import { detachedExchange, type Exchange } from '../http/detached-exchange.js';
import type { Entry } from '../stores/store.js';
import { answerFromEntry, NEVER } from './answer.js';
import { claimed } from './collapse.js';
import { compute } from './fill.js';
import type { Flight } from './flights.js';
import type { Miss } from './miss.js';

/** Seconds after which a refresh that has not come to its end does not keep others from beginning, where `collapseTimeout` is 0. */
const REFRESH_TIMEOUT = 10;

/**
 * Answers at once with a response that has expired, and has it computed anew behind the answer, unless that is under way already
 * (RFC 5861 §3): the method runs in the same call, with the arguments that have been converted and checked for this request, and writes
 * to a response without a client.
 *
 * @param computeNow answers with a computation of its own, where the method cannot be run without its client
 */
export function revalidate(miss: Miss, stale: Entry, computeNow: () => unknown): unknown {
  const { engine, action, call, address, fence } = miss;
  const outcome = { kind: 'stale', detail: 'it is computed anew' } as const;
  if (isUnderWay(miss)) {
    engine.release(fence, 'unused');
    return answerFromEntry(engine, action, call, stale, outcome);
  }
  // As they are before the answer is written.
  const exchange = exchangeOf(miss);
  if (exchange === undefined) return computeNow();
  const flight = engine.flights.open(address.key, fence);
  answerFromEntry(engine, action, call, stale, outcome);
  return refresh(miss, flight, exchange);
}

/** @returns `undefined` where the method cannot be run without its client */
function exchangeOf({ engine, action, call }: Miss): Exchange<Request, Response> | undefined {
  try {
    return detachedExchange(requestOf(call), responseOf(call));
  } catch (error) {
    // A middleware may have made of the request whatever it likes.
    engine.faults.report('CACHE_REFRESH_FAILED', `${action.name}: it cannot be computed behind an answer`, error);
    return undefined;
  }
}

/** Whether another request has it computed, or one has of late and nothing came of it that can be kept. */
function isUnderWay({ engine, address }: Miss): boolean {
  const { flights, config } = engine;
  if (flights.areApart(address.key)) return true;
  const flight = flights.get(address.key);
  return flight !== undefined && performance.now() - flight.sinceMs < (config.collapseTimeout || REFRESH_TIMEOUT) * 1000;
}

async function refresh(miss: Miss, flight: Flight, exchange: Exchange<Request, Response>): Promise<unknown> {
  const { engine, address, fence } = miss;
  const claim = await claimed(miss, 0);
  if (claim.kind !== 'granted') {
    // Another process computes it, or has.
    engine.release(fence, 'unused');
    engine.flights.close(address.key, flight);
    flight.land(claim.kind === 'found' ? { kind: 'recorded', entry: claim.entry } : { kind: 'abandoned' });
    return NEVER;
  }
  // The client's answer goes out first.
  await nextTurn();
  const observed = ObservedRequest.of(responseOf(miss.call))?.again();
  detach(miss.call, exchange);
  observed?.travelsWith(exchange.response);
  return compute({ ...miss, visit: undefined, teller: tellerOf(miss) }, flight);
}

/** From here on all goes to the response without a client: the method, interceptors, what routing-controllers makes of the result. */
function detach({ action, args }: ActionCall, { request, response }: Exchange<Request, Response>): void {
  const twins = new Map<unknown, unknown>([
    [action.request, request],
    [action.response, response],
  ]);
  for (const [index, argument] of args.entries()) args[index] = twins.get(argument) ?? argument;
  // After-middlewares and error middlewares have their request, and its answer.
  Object.assign(action, { request, response, next: () => undefined });
}

function tellerOf({ engine, action, address }: Miss): Miss['teller'] {
  return {
    onGivenUp(landing, why, cause) {
      if (landing === 'failed') {
        engine.faults.report(
          'CACHE_REFRESH_FAILED',
          `${action.name}: an expired response could not be computed anew: ${why}`,
          cause,
        );
      } else if (landing === 'unshareable') {
        // What is true now is not what stands there, and is no more than that to be kept.
        void engine.survive('what has expired could not be deleted', false, () => engine.store.delete?.(address) ?? false);
      }
    },
  };
}
