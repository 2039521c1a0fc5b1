import type { ActionCall } from '../actions/action-call.js';

/** Told how a method has ended. */
export interface MethodListener {
  /** @returns what is to be handed on in place of the result */
  onReturn(result: unknown): unknown;
  onThrow(error: unknown): void;
  /** The listener has failed: the method has ended as it has. */
  onFault(error: unknown): void;
}

/** Runs the method of a call. Waits for what it returned only where routing-controllers would. @returns what is handed on of what the method returned */
export function runMethod(call: ActionCall, listener: MethodListener): unknown {
  let result: unknown;
  try {
    result = call.run();
  } catch (error) {
    thrown(error, listener);
  }
  return isThenable(result) ? settled(result, listener) : returned(result, listener);
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
    listener.onThrow(error);
  } catch (failure) {
    listener.onFault(failure);
  }
  throw error;
}

function isThenable(result: unknown): result is PromiseLike<unknown> {
  return typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function';
}

/**
 * Whether what a method threw says that the request was wrong, so that nothing has changed: an `HttpError` below 500. Told by its
 * `httpCode`, as routing-controllers does: the class may come from another copy of the package.
 */
export function isClientError(error: unknown): boolean {
  const httpCode = (error as { httpCode?: unknown } | null | undefined)?.httpCode;
  return typeof httpCode === 'number' && httpCode < 500;
}
