import type { ActionCall, Response } from '../actions/action-call.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';
import type { MaybePromise } from '../stores/store.js';
import { EVERYTHING } from '../stores/targets.js';
import { respondNotAcknowledged } from './not-acknowledged.js';

/** Reports a fault of the library in a write. The stale entries are then unknown, so the write invalidates everything. */
export function reportWriteFault(runtime: CacheRuntime, name: string, error: unknown): void {
  runtime.faults.report('CACHE_FAILED', `${name}: the cache failed, so the change invalidates everything`, error);
}

/**
 * Invalidates everything for a write.
 *
 * @param name class and method of the action
 * @returns true if the client may see the write acknowledged
 */
export function invalidateEverything(runtime: CacheRuntime, name: string): MaybePromise<boolean> {
  return runtime.survive(`${name}: the entries of its change could not be invalidated`, true, () =>
    runtime.invalidate(EVERYTHING, name),
  );
}

/**
 * Runs the method of a write whose response the library cannot delay. Everything is invalidated before the method, which may respond
 * itself, and again before its result is used.
 *
 * @param invalidate invalidates everything. @returns true if the client may see the write acknowledged
 * @returns the result for routing-controllers
 */
export async function runUnserved(
  call: Pick<ActionCall, 'run'>,
  response: Response,
  invalidate: (isLast: boolean) => MaybePromise<boolean>,
): Promise<unknown> {
  await invalidate(false);
  let isAcknowledged: boolean;
  let result: unknown;
  try {
    result = await call.run();
  } finally {
    isAcknowledged = await invalidate(true);
  }
  if (isAcknowledged || response.headersSent) return result;
  respondNotAcknowledged(response);
  return response;
}
