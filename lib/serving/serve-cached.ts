import { requestOf, responseOf, type ActionCall } from '../actions/action-call.js';
import { readUseOf, type CachedAction } from '../actions/cached-action.js';
import { RepeatableResult } from '../actions/repeatable-result.js';
import { RequestTrace } from '../events/request-trace.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';
import type { LookupResult, MaybePromise } from '../stores/store.js';
import { decide, type CacheDecision, type KeyDecision } from './cache-decision.js';
import type { CachedRequest, MissedRequest } from './cached-request.js';
import { respondWithEntry } from './respond.js';
import { tapOf } from './response-tap.js';
import { fill, fillCollapsed, serveHeadMiss } from './serve-miss.js';
import { serveStale } from './stale-while-revalidate.js';
import { openWindows } from './stale-windows.js';
import { respondAndVerify } from './verify-hit.js';

/**
 * Serves a request to a cached action. Middlewares, authorization and conversion have run before it. A hit answers in place of
 * the method; a miss runs the method and records its response.
 *
 * A step that can answer synchronously does: a hit in memory, the most frequent case, creates no promise.
 */
export function serveCached(runtime: CacheRuntime, action: CachedAction, call: ActionCall): unknown {
  if (runtime.verification?.samples(action.name, action.options.verify) !== true) return serve(runtime, action, call);
  call.repeatable = new RepeatableResult();
  return call.repeatable.of(serve(runtime, action, call));
}

function serve(runtime: CacheRuntime, action: CachedAction, call: ActionCall): unknown {
  const trace = RequestTrace.isEnabled ? startTrace(action, call) : undefined;
  // Before the first `await`: routing-controllers continues this frame with the interceptors, which are part of the computation.
  const request = {
    runtime,
    action,
    call,
    trace,
    computation: runtime.computations.isStarted ? runtime.computations.enterNew(readUseOf(action)) : undefined,
  };
  try {
    const decision = decide(request);
    const answer = decision instanceof Promise ? decision.then(settled => lookUp(request, settled)) : lookUp(request, decision);
    if (!(answer instanceof Promise) || call.hasRun) return answer;
    return answer.catch((error: unknown) => bypassOnFault(request, action.name, error));
  } catch (error) {
    return bypassOnFault(request, action.name, error);
  }
}

function startTrace({ name }: CachedAction, call: ActionCall): RequestTrace {
  const { method = '', originalUrl } = requestOf(call);
  return new RequestTrace(name, method, originalUrl);
}

function lookUp(request: CachedRequest, decision: CacheDecision): unknown {
  if (decision.kind === 'bypass') return bypass(request, decision.detail);
  const { runtime } = request;
  const failed = (error: unknown): unknown => {
    runtime.faults.report('CACHE_STORE_FAILED', 'the look-up in the store failed, so the request bypasses the cache', error);
    return bypass(request, 'the store failed');
  };
  let found: MaybePromise<LookupResult>;
  try {
    found = runtime.lookUp(decision.address, decision.isForced);
  } catch (error) {
    return failed(error);
  }
  // If the store is in memory, the search for a running fill follows in the same turn of the event loop.
  return found instanceof Promise
    ? found.then(settled => onLookedUp(request, decision, settled), failed)
    : onLookedUp(request, decision, found);
}

function onLookedUp(request: CachedRequest, decision: KeyDecision, found: LookupResult): unknown {
  const { runtime, action, trace } = request;
  const { address, isPerUser, isForced } = decision;
  trace?.setPath(address.path.path);
  const tap = tapOf(request);
  tap?.learnAlias(request, address);
  if (found.kind === 'hit') {
    tap?.captureHit(request, address)?.attachTo(found.entry);
    return request.call.repeatable === undefined
      ? respondWithEntry(request, found.entry)
      : respondAndVerify(request, decision, found.entry);
  }
  if (found.kind === 'unreachable') return bypass(request, 'the store cannot be reached');
  trace?.missed(isForced ? 'forcedUpdate' : runtime.history?.missReason(address, runtime.clock.now()), runtime.history?.sequence);

  const { lease, stale } = found;
  const isBeingChanged = runtime.isBeingChanged(address, found);
  const missed = {
    ...request,
    address,
    isPerUser,
    lease,
    isBeingChanged,
    computation: request.computation ?? runtime.computations.beginUntracked(),
  };
  const windows = stale && openWindows(stale, action.options, runtime.clock.now());
  const answerMiss = (): unknown => serveMiss(missed, isForced, windows?.ifError === true);
  return stale !== undefined && windows?.whileRevalidating === true ? serveStale(missed, stale, answerMiss) : answerMiss();
}

function serveMiss(request: MissedRequest, isForced: boolean, canServeStaleOnError: boolean): unknown {
  if (requestOf(request.call).method === 'HEAD') return serveHeadMiss(request, canServeStaleOnError);
  if (!isForced) return fillCollapsed(request, canServeStaleOnError);
  const { address, lease, runtime } = request;
  // Later requests share this response, and not that of a fill that began earlier.
  const flight = runtime.singleFlight.isHitForMiss(address.key) ? undefined : runtime.singleFlight.open(address.key, lease);
  return fill(request, flight);
}

type BypassingRequest = Pick<CachedRequest, 'runtime' | 'call' | 'trace'> & Partial<Pick<CachedRequest, 'computation'>>;

/** Runs the method past the cache. */
function bypass({ runtime, call, trace, computation }: BypassingRequest, detail: string): unknown {
  computation?.end();
  runtime.recordOutcome(responseOf(call), { kind: 'bypass', detail }, trace);
  return call.run();
}

/**
 * Bypasses the cache after a fault of the library. Throws the error if the method has run, or the response has begun.
 *
 * @param name class and method of the action
 */
export function bypassOnFault(request: BypassingRequest, name: string, error: unknown): unknown {
  const { runtime, call } = request;
  const { hasRun } = call;
  if (hasRun || responseOf(call).headersSent) throw error;
  runtime.faults.report('CACHE_FAILED', `${name}: the cache failed, so the request bypasses it`, error);
  try {
    return bypass(request, 'the cache failed');
  } catch (again) {
    // If the method ran, the error is its own. Else the same fault came again.
    if (call.hasRun) throw again;
    return call.run();
  }
}
