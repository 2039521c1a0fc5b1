import { respondWithEntry } from './answer.js';
import { collapse } from './collapse.js';
import { Fill } from './compute.js';
import type { CachedRequest } from './miss.js';
import { staleIfError } from './or-stale.js';
import { runUnstored } from './run-unrecorded.js';

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
        ? staleIfError(cachedRequest, told => new Fill(told, flight).run())
        : new Fill(cachedRequest, flight).run(),
  });
}

/** Answers a missed HEAD: nobody else's computation is of use to it, nor its own to others. */
export function serveHeadMiss(cachedRequest: CachedRequest): unknown {
  return cachedRequest.canServeStaleOnError ? staleIfError(cachedRequest, runUnstored) : runUnstored(cachedRequest);
}
