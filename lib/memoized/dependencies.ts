import type { Computation } from '../runtime/computation.js';
import { computedTags } from '../runtime/computed-tags.js';
import { isThenable } from '../runtime/thenable.js';
import type { Entry } from '../stores/store.js';
import { run, type MemoizedCall } from './call.js';

/**
 * Makes a computation depend on a call: an invalidation of the call's result also invalidates the result of the computation.
 *
 * @param text the arguments of the call as a part of its key; undefined if they cannot be in a key
 */
export function dependOnCall({ method, self }: MemoizedCall, around: Computation | undefined, text: string | undefined): void {
  around?.add(method.dependencyTags(self, text));
}

/** Makes the running computation depend on a stored result. */
export function dependOnEntry(call: MemoizedCall, text: string, { tags = [] }: Entry): void {
  const { running } = call.runtime.computations;
  dependOnCall(call, running, text);
  running?.add(tags);
}

/**
 * Makes a computation depend on the tags that the `tags` option computes for a result.
 *
 * @param isReported true if a failure of the option is reported
 */
export function dependOnResult(call: MemoizedCall, computation: Computation, result: unknown, isReported: boolean): void {
  const { method, runtime, self, args } = call;
  const { tags } = method.options;
  if (typeof tags !== 'function') return;
  const failure = `${method.label}: tags failed, so the result is not stored`;
  const computed = computedTags(isReported ? runtime.faults : undefined, failure, () => tags.call(self, result, ...args));
  if (computed === undefined) computation.markIncomplete();
  else computation.add(computed);
}

/**
 * Runs the method past the cache. The running computation depends on the call nevertheless: an invalidation of the method means that
 * its data has changed.
 *
 * @param text the arguments of the call as a part of its key; undefined if they cannot be in a key
 */
export function runUncached(call: MemoizedCall, text?: string): unknown {
  const { running } = call.runtime.computations;
  dependOnCall(call, running, text);
  const result = run(call);
  if (running === undefined || typeof call.method.options.tags !== 'function') return result;
  const depend = (settled: unknown): unknown => {
    dependOnResult(call, running, settled, false);
    return settled;
  };
  return isThenable(result) ? result.then(depend) : depend(result);
}
