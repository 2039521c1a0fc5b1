import type { ActionCall } from '../controllers/action-call.js';

/** Told how a method has ended. */
export interface MethodListener {
  onReturn(result: unknown): void;
  onThrow(error: unknown): void;
}

/** Runs the method of a call. Waits for what it returned only where routing-controllers would. @returns what the method returned */
export function runMethod(call: ActionCall, listener: MethodListener): unknown {
  try {
    const result = call.run();
    if (isPromiseLike(result)) return settled(result, listener);
    listener.onReturn(result);
    return result;
  } catch (error) {
    listener.onThrow(error);
    throw error;
  }
}

async function settled(promised: PromiseLike<unknown>, listener: MethodListener): Promise<unknown> {
  try {
    const result = await promised;
    listener.onReturn(result);
    return result;
  } catch (error) {
    listener.onThrow(error);
    throw error;
  }
}

function isPromiseLike(result: unknown): result is PromiseLike<unknown> {
  return typeof result === 'object' && result !== null && 'then' in result && typeof result.then === 'function';
}
