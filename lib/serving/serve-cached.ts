import { requestOf, responseOf, type ActionCall } from '../controllers/action-call.js';
import type { CachedAction } from '../controllers/cached-action.js';
import { Visit } from '../edge/visit.js';
import { ObservedRequest } from '../events/observed-request.js';
import type { LookUp, MaybePromise } from '../stores/store.js';
import { answerFromEntry } from './answer.js';
import type { Engine } from './engine.js';
import { compute, fill, fillHead } from './fill.js';
import { graceLeft } from './grace.js';
import type { Miss } from './miss.js';
import { requestWay, type KeyedWay, type Way } from './request-way.js';
import { revalidate } from './revalidate.js';

/**
 * Serves a request to a cached action, when all that comes before its method has been done: a hit answers it, a miss runs the method
 * and records the response.
 *
 * Nothing is waited for that is there at once: a hit in memory, as the commonest of all, makes no promise.
 */
export function serveCached(engine: Engine, action: CachedAction, call: ActionCall): unknown {
  try {
    const answered = ask(engine, action, call);
    if (!(answered instanceof Promise) || call.hasRun) return answered;
    return answered.catch((error: unknown) => passByFault(engine, call, action.name, error));
  } catch (error) {
    return passByFault(engine, call, action.name, error);
  }
}

/** Whatever fails on the way, the handler answers: unless it has run, or the response has begun. @param name of the action */
export function passByFault(engine: Engine, call: ActionCall, name: string, error: unknown): unknown {
  if (call.hasRun || responseOf(call).headersSent) throw error;
  engine.faults.report('CACHE_FAILED', `${name}: the cache failed, so the request passes by`, error);
  try {
    return passBy(engine, call, 'the cache failed');
  } catch (again) {
    // The method's own error; or what has been reported has failed again.
    if (call.hasRun) throw again;
    return call.run();
  }
}

function ask(engine: Engine, action: CachedAction, call: ActionCall): unknown {
  if (ObservedRequest.isWanted) observe(action, call);
  const way = requestWay(engine, action, call);
  return way instanceof Promise ? way.then(settled => serve(engine, action, call, settled)) : serve(engine, action, call, way);
}

function serve(engine: Engine, action: CachedAction, call: ActionCall, way: Way): unknown {
  if (way.kind === 'past') return passBy(engine, call, way.detail);
  const failed = (error: unknown): unknown => {
    engine.faults.report('CACHE_STORE_FAILED', 'the store could not be asked, so the request passes by', error);
    return passBy(engine, call, 'the store failed');
  };
  let found: MaybePromise<LookUp>;
  try {
    found = way.isForced ? engine.store.begin(way.address) : engine.store.lookUp(way.address);
  } catch (error) {
    return failed(error);
  }
  // Nothing may come between the answer of a store in memory and the look for a computation under way.
  return found instanceof Promise
    ? found.then(answered => answer(engine, action, call, way, answered), failed)
    : answer(engine, action, call, way, found);
}

function answer(engine: Engine, action: CachedAction, call: ActionCall, way: KeyedWay, found: LookUp): unknown {
  const { address, namesCaller, isForced } = way;
  const observed = ObservedRequest.of(responseOf(call));
  observed?.leadsTo(address.path.path);
  const visit = Visit.of(engine, action, responseOf(call));
  visit?.leadsTo(engine, action, address);
  if (found.kind === 'hit') {
    visit?.keepHit(engine, action, address)?.attachTo(found.entry);
    return answerFromEntry(engine, action, call, found.entry);
  }
  if (found.kind === 'unreachable') return passBy(engine, call, 'the store cannot be reached');
  observed?.missed(isForced ? 'forcedUpdate' : engine.history?.whyMissed(address, engine.clock.now()), engine.history?.order);

  const { fence, stale } = found;
  const grace = stale && graceLeft(stale, action.options, engine.clock.now());
  const miss = { engine, action, call, address, namesCaller, fence, visit, hasLastResort: grace?.ifError === true };
  if (stale !== undefined && grace?.whileRevalidating === true) return revalidate(miss, stale, () => answerMiss(miss, isForced));
  return answerMiss(miss, isForced);
}

function answerMiss(miss: Miss, isForced: boolean): unknown {
  if (requestOf(miss.call).method === 'HEAD') return fillHead(miss);
  if (!isForced) return fill(miss);
  const { engine, address, fence } = miss;
  // Whoever comes from now on shares this response, not that of a computation that began before it.
  const flight = engine.flights.areApart(address.key) ? undefined : engine.flights.open(address.key, fence);
  return compute(miss, flight);
}

function passBy(engine: Engine, call: ActionCall, detail: string): unknown {
  engine.conclude(responseOf(call), { kind: 'bypass', detail });
  return call.run();
}

function observe({ name }: CachedAction, call: ActionCall): void {
  const { method = '', originalUrl } = requestOf(call);
  new ObservedRequest(name, method, originalUrl).travelsWith(responseOf(call));
}
