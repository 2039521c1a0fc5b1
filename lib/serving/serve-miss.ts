import { respondWithEntry } from './respond.js';
import { collapse } from '../runtime/collapse.js';
import { Fill } from './fill.js';
import type { Flight } from '../runtime/single-flight.js';
import type { CachedRequest } from './cached-request.js';
import { staleIfError } from './stale-if-error.js';
import { runUnstored } from './run-unstored.js';
import type { VariantCapture } from '../edge/variant-capture.js';

/** Answers a missed request: by the computation of another that asks for the same, else by its own. */
export function fill(cachedRequest: CachedRequest): unknown {
  const { runtime, action, call, address, lease } = cachedRequest;
  return collapse<unknown>({
    runtime,
    address,
    lease,
    fromEntry: (entry, isCollapsed) =>
      respondWithEntry(runtime, action, call, entry, isCollapsed ? { kind: 'collapsed' } : undefined),
    compute: flight =>
      cachedRequest.canServeStaleOnError
        ? staleIfError(cachedRequest, told => compute(told, flight))
        : compute(cachedRequest, flight),
  });
}

/** Answers a missed request by its own computation. @param flight those who wait for it, where any may */
export function compute(cachedRequest: CachedRequest, flight: Flight | undefined): unknown {
  const { runtime, action, address, visit, call } = cachedRequest;
  const run = (keeper: VariantCapture | undefined): unknown => new Fill(cachedRequest, flight, keeper).run();
  const failed = (error: unknown): never => {
    // The request passes by: nobody is to wait for a computation that has not begun.
    if (flight !== undefined && !call.hasRun) {
      runtime.singleFlight.close(address.key, flight);
      flight.settle({ kind: 'failed' });
    }
    throw error;
  };
  try {
    const keeper = visit?.captureFill(runtime, action, address);
    return keeper instanceof Promise ? keeper.then(run).catch(failed) : run(keeper);
  } catch (error) {
    return failed(error);
  }
}

/** Answers a missed HEAD: nobody else's computation is of use to it, nor its own to others. */
export function serveHeadMiss(cachedRequest: CachedRequest): unknown {
  return cachedRequest.canServeStaleOnError ? staleIfError(cachedRequest, runUnstored) : runUnstored(cachedRequest);
}
