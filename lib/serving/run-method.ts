import type { ActionCall } from '../controllers/action-call.js';

/** Told how a method has ended. */
export interface MethodListener {
  /** @returns what is to be handed on in place of the result */
  onReturn(result: unknown): unknown;
  onThrow(error: unknown): void;
}

/** Runs the method of a call. Waits for what it returned only where routing-controllers would. @returns what is handed on of what the method returned */
export function runMethod(call: ActionCall, listener: MethodListener): unknown {
  try {
    const result = call.run();
    if (isThenable(result)) return settled(result, listener);
    return listener.onReturn(result);
  } catch (error) {
    listener.onThrow(error);
    throw error;
  }
}

async function settled(promised: PromiseLike<unknown>, listener: MethodListener): Promise<unknown> {
  try {
    return listener.onReturn(await promised);
  } catch (error) {
    listener.onThrow(error);
    throw error;
  }
}

function isThenable(result: unknown): result is PromiseLike<unknown> {
  return typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function';
}
