import onHeaders from 'on-headers';
import { responseOf } from '../actions/action-call.js';
import { statusesOf } from '../actions/cached-action.js';
import { applyDownstreamPolicy } from '../http/downstream-policy.js';
import { collapse } from '../runtime/collapse.js';
import type { Flight } from '../runtime/single-flight.js';
import type { MissedRequest, NotStoredListener, ResponseCapture } from './cached-request.js';
import { Fill } from './fill.js';
import { downstreamPolicy, respondWithEntry } from './respond.js';
import { tapOf } from './response-tap.js';
import { staleIfError } from './stale-if-error.js';

/** Answers a miss with the fill of another request for the same key, else with a fill of its own. */
export function fillCollapsed(request: MissedRequest, canServeStaleOnError: boolean): unknown {
  const { runtime, address, lease } = request;
  return collapse<unknown>({
    runtime,
    address,
    lease,
    fromEntry: (entry, isCollapsed) => respondWithEntry(request, entry, isCollapsed ? { kind: 'collapsed' } : undefined),
    fill: flight =>
      canServeStaleOnError ? staleIfError(request, listener => fill(request, flight, listener)) : fill(request, flight),
  });
}

/**
 * Fills the cache by a run of the method.
 *
 * @param flight the flight of this fill, if other requests may wait for it
 */
export function fill(request: MissedRequest, flight: Flight | undefined, listener?: NotStoredListener): unknown {
  const { runtime, address, call } = request;
  const run = (capture: ResponseCapture | undefined): unknown => new Fill(request, flight, capture, listener).run();
  const failed = (error: unknown): never => {
    // The request bypasses the cache, so no request may wait for a fill that has not begun.
    if (flight !== undefined && !call.hasRun) {
      runtime.singleFlight.close(address.key, flight);
      flight.settle({ kind: 'failed' });
    }
    throw error;
  };
  try {
    const capture = tapOf(request)?.captureFill(request, address);
    return capture instanceof Promise ? capture.then(run).catch(failed) : run(capture);
  } catch (error) {
    return failed(error);
  }
}

/** Answers a missed HEAD by a run of the method. Its response has no body, so other requests cannot share it. */
export function serveHeadMiss(request: MissedRequest, canServeStaleOnError: boolean): unknown {
  return canServeStaleOnError ? staleIfError(request, listener => runForHead(request, listener)) : runForHead(request);
}

function runForHead({ runtime, action, call, lease, trace, computation }: MissedRequest, listener?: NotStoredListener): unknown {
  const response = responseOf(call);
  runtime.release(lease, 'unshareable');
  computation.end();
  const why = 'a response to HEAD has no body to store';
  if (listener === undefined) {
    runtime.recordOutcome(response, { kind: 'miss' }, trace);
    trace?.end('miss', `not stored: ${why}`);
  } else listener.onNotStored('unshareable', why, undefined);
  // RFC 9110 §9.3.2: the same headers as for GET.
  onHeaders(response, () => {
    if (statusesOf(action).includes(response.statusCode)) applyDownstreamPolicy(response, downstreamPolicy(runtime, action));
  });
  return call.run();
}
