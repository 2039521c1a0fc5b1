import { nameOf, requestNameOf, requestOf, responseOf, type ActionCall } from '../actions/action-call.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';
import { isThenable } from '../runtime/thenable.js';
import { startDeadline } from '../time/deadline.js';
import type { RecentChanges } from '../verification/recent-changes.js';
import { MAX_WRITE_DURATION } from '../writes/max-write-duration.js';

/** The methods of requests that change nothing (RFC 9110 §9.2.1). */
const SAFE = ['GET', 'HEAD', 'OPTIONS', 'TRACE'];

/**
 * Records an unsafe request as a change, until its method has settled and its response has ended. Never throws.
 *
 * @param runtime nothing is recorded without one, or if no hits are verified
 */
export function recordChange(runtime: CacheRuntime | undefined, call: ActionCall): void {
  if (runtime?.verification === undefined) return;
  try {
    if (!SAFE.includes(requestOf(call).method ?? '')) record(runtime.verification.changes, call);
  } catch (error) {
    runtime.faults.report('CACHE_FAILED', `${nameOf(call)}: the cache failed to record a change`, error);
  }
}

function record(changes: RecentChanges, call: ActionCall): void {
  const change = changes.begin({ by: requestNameOf(call), params: { ...requestOf(call).params } });
  const response = responseOf(call);
  let isRunning = false;
  // The client may have left before the method.
  let isClosed = response.closed || response.destroyed;
  const endIfOver = (): void => {
    if (isClosed && !isRunning) changes.end(change);
  };
  const settled = (): void => {
    isRunning = false;
    endIfOver();
  };
  const closed = (): void => {
    isClosed = true;
    endIfOver();
    limit();
  };
  // A method that never settles must not count as a running change for ever.
  const limit = (): void => {
    if (isClosed && isRunning) startDeadline(MAX_WRITE_DURATION * 1000, settled, false);
  };
  response.once('finish', closed).once('close', closed);
  const run = call.run.bind(call);
  call.run = () => {
    isRunning = true;
    try {
      const result = run();
      limit();
      // A query may run at each call of its `then`, so only one may come.
      if (isThenable(result)) return settledBy(Promise.resolve(result), settled);
      settled();
      return result;
    } catch (error) {
      settled();
      throw error;
    }
  };
}

function settledBy(result: Promise<unknown>, settled: () => void): Promise<unknown> {
  result.then(settled, settled);
  return result;
}
