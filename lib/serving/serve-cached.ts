import { respondWithEntry } from './respond.js';
import type { CachedRequest } from './cached-request.js';
import { requestOf, responseOf, type ActionCall } from '../actions/action-call.js';
import type { CachedAction } from '../actions/cached-action.js';
import { EdgeRequest } from '../edge/edge-request.js';
import { RequestTrace } from '../events/request-trace.js';
import type { LookupResult, MaybePromise } from '../stores/store.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';
import { openWindows } from './stale-windows.js';
import { decide, type KeyDecision, type CacheDecision } from './cache-decision.js';
import { compute, fill, serveHeadMiss } from './serve-miss.js';
import { serveStale } from './stale-while-revalidate.js';

/**
 * Serves a request to a cached action, when all that comes before its method has been done: a hit answers it, a miss runs the method
 * and records the response.
 *
 * Nothing is waited for that is there at once: a hit in memory, as the commonest of all, makes no promise.
 */
export function serveCached(runtime: CacheRuntime, action: CachedAction, call: ActionCall): unknown {
  try {
    const answered = ask(runtime, action, call);
    if (!(answered instanceof Promise) || call.hasRun) return answered;
    return answered.catch((error: unknown) => passByFault(runtime, call, action.name, error));
  } catch (error) {
    return passByFault(runtime, call, action.name, error);
  }
}

/** Whatever fails on the way, the handler answers: unless it has run, or the response has begun. @param name of the action */
export function passByFault(runtime: CacheRuntime, call: ActionCall, name: string, error: unknown): unknown {
  const { hasRun } = call;
  if (hasRun || responseOf(call).headersSent) throw error;
  runtime.faults.report('CACHE_FAILED', `${name}: the cache failed, so the request passes by`, error);
  try {
    return bypass(runtime, call, 'the cache failed');
  } catch (again) {
    // The method's own error; or what has been reported has failed again.
    if (call.hasRun) throw again;
    return call.run();
  }
}

function ask(runtime: CacheRuntime, action: CachedAction, call: ActionCall): unknown {
  if (RequestTrace.isEnabled) traceRequest(action, call);
  const decision = decide(runtime, action, call);
  return decision instanceof Promise
    ? decision.then(settled => lookUp(runtime, action, call, settled))
    : lookUp(runtime, action, call, decision);
}

function lookUp(runtime: CacheRuntime, action: CachedAction, call: ActionCall, decision: CacheDecision): unknown {
  if (decision.kind === 'bypass') return bypass(runtime, call, decision.detail);
  const failed = (error: unknown): unknown => {
    runtime.faults.report('CACHE_STORE_FAILED', 'the store could not be asked, so the request passes by', error);
    return bypass(runtime, call, 'the store failed');
  };
  let found: MaybePromise<LookupResult>;
  try {
    found = decision.isForced ? runtime.store.lease(decision.address) : runtime.store.lookup(decision.address);
  } catch (error) {
    return failed(error);
  }
  // Nothing may come between the answer of a store in memory and the look for a computation under way.
  return found instanceof Promise
    ? found.then(answered => answer(runtime, action, call, decision, answered), failed)
    : answer(runtime, action, call, decision, found);
}

function answer(
  runtime: CacheRuntime,
  action: CachedAction,
  call: ActionCall,
  decision: KeyDecision,
  found: LookupResult,
): unknown {
  const { address, isPerUser, isForced } = decision;
  const trace = RequestTrace.of(responseOf(call));
  trace?.setPath(address.path.path);
  const visit = EdgeRequest.of(runtime, action, responseOf(call));
  visit?.learnAlias(runtime, action, address);
  if (found.kind === 'hit') {
    visit?.captureHit(runtime, action, address)?.attachTo(found.entry);
    return respondWithEntry(runtime, action, call, found.entry);
  }
  if (found.kind === 'unreachable') return bypass(runtime, call, 'the store cannot be reached');
  trace?.missed(isForced ? 'forcedUpdate' : runtime.history?.missReason(address, runtime.clock.now()), runtime.history?.sequence);

  const { lease, stale } = found;
  const grace = stale && openWindows(stale, action.options, runtime.clock.now());
  const cachedRequest = {
    runtime,
    action,
    call,
    address,
    isPerUser,
    lease,
    visit,
    canServeStaleOnError: grace?.ifError === true,
  };
  if (stale !== undefined && grace?.whileRevalidating === true)
    return serveStale(cachedRequest, stale, () => answerMiss(cachedRequest, isForced));
  return answerMiss(cachedRequest, isForced);
}

function answerMiss(cachedRequest: CachedRequest, isForced: boolean): unknown {
  if (requestOf(cachedRequest.call).method === 'HEAD') return serveHeadMiss(cachedRequest);
  if (!isForced) return fill(cachedRequest);
  const { runtime, address, lease } = cachedRequest;
  // Whoever comes from now on shares this response, not that of a computation that began before it.
  const flight = runtime.singleFlight.isHitForMiss(address.key) ? undefined : runtime.singleFlight.open(address.key, lease);
  return compute(cachedRequest, flight);
}

function bypass(runtime: CacheRuntime, call: ActionCall, detail: string): unknown {
  runtime.recordOutcome(responseOf(call), { kind: 'bypass', detail });
  return call.run();
}

function traceRequest({ name }: CachedAction, call: ActionCall): void {
  const { method = '', originalUrl } = requestOf(call);
  new RequestTrace(name, method, originalUrl).attachTo(responseOf(call));
}
