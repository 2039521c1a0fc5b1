import type { CacheRuntime } from '../runtime/cache-runtime.js';
import type { MemoizedMethod } from './memoized-method.js';

/** One call of a memoized method. */
export interface MemoizedCall {
  readonly runtime: CacheRuntime;
  readonly method: MemoizedMethod;
  /** The object of the call: `this` in the method. */
  readonly self: unknown;
  readonly args: readonly unknown[];
}

/** Runs the method without the cache. */
export function run({ method, self, args }: MemoizedCall): unknown {
  return method.run.apply(self, [...args]);
}
