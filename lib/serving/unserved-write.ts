import type { ActionCall } from '../actions/action-call.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';
import type { MaybePromise } from '../stores/store.js';
import { EVERYTHING } from '../stores/targets.js';

/**
 * Invalidates everything after a fault of the library in a write, because the stale entries are unknown. Reports the fault.
 *
 * @param name class and method of the action, or the request
 * @returns true if the client may see the write acknowledged
 */
export function invalidateAfterFault(runtime: CacheRuntime, name: string, error: unknown): MaybePromise<boolean> {
  runtime.faults.report('CACHE_FAILED', `${name}: the cache failed, so the change invalidates everything`, error);
  return runtime.survive(`${name}: the entries of its change could not be invalidated`, true, () =>
    runtime.invalidate(EVERYTHING, name),
  );
}

/** Runs the method of a write that the library cannot serve, and invalidates everything before its result is used. */
export async function runUnserved(
  currentRuntime: () => CacheRuntime,
  name: string,
  call: Pick<ActionCall, 'run'>,
  error: unknown,
): Promise<unknown> {
  try {
    return await call.run();
  } finally {
    await invalidateAfterFault(currentRuntime(), name, error);
  }
}
