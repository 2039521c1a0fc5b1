import { isClientError } from '../actions/client-error.js';
import type { ActionCall } from '../actions/action-call.js';
import { isThenable } from '../runtime/thenable.js';

/** The listener for the end of a method. */
export interface MethodListener {
  /** @returns the result for routing-controllers */
  onReturn(result: unknown): unknown;
  /** @param isByClient true for an `HttpError` with a status below 500 */
  onThrow(error: unknown, isByClient: boolean): void;
  /** Called with an error of the listener itself. The method's outcome stays. */
  onFault(error: unknown): void;
}

/** Runs the method of a call. Awaits its result only if routing-controllers would. @returns the result for routing-controllers */
export function runMethod(call: ActionCall, listener: MethodListener): unknown {
  let result: unknown;
  try {
    result = call.run();
  } catch (error) {
    thrown(error, listener);
  }
  return typeof result === 'object' && isThenable(result) ? settled(result, listener) : returned(result, listener);
}

async function settled(promised: PromiseLike<unknown>, listener: MethodListener): Promise<unknown> {
  let result: unknown;
  try {
    result = await promised;
  } catch (error) {
    thrown(error, listener);
  }
  return returned(result, listener);
}

function returned(result: unknown, listener: MethodListener): unknown {
  try {
    return listener.onReturn(result);
  } catch (error) {
    listener.onFault(error);
    return result;
  }
}

function thrown(error: unknown, listener: MethodListener): never {
  try {
    listener.onThrow(error, isClientError(error));
  } catch (failure) {
    listener.onFault(failure);
  }
  throw error;
}
