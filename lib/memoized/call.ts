import type { CacheRuntime } from '../runtime/cache-runtime.js';
import type { MemoizedMethod } from './memoized-method.js';

/** One call of a memoized method. */
export interface MemoizedCall {
  readonly runtime: CacheRuntime;
  readonly method: MemoizedMethod;
  /** The object that it is a call on. */
  readonly self: unknown;
  readonly args: readonly unknown[];
}

/** Runs the method itself. */
export function run({ method, self, args }: MemoizedCall): unknown {
  return method.run.apply(self, [...args]);
}
