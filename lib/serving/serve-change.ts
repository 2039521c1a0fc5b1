import onHeaders from 'on-headers';
import { responseOf, type ActionCall } from '../controllers/action-call.js';
import type { ChangingAction } from '../controllers/changing-action.js';
import type { Engine } from './engine.js';
import { isClientError } from './handler-error.js';

/** Runs a method that changes data, and invalidates what it makes out of date before the client can see its response. */
export async function serveChange(engine: Engine, action: ChangingAction, call: ActionCall): Promise<unknown> {
  const response = responseOf(call);
  let hasReturned = false;
  // A method that writes to the response itself shows its success before it returns.
  onHeaders(response, () => {
    if (!hasReturned) void invalidate(engine, action, call, undefined);
  });
  try {
    const result = await call.run();
    await invalidate(engine, action, call, result);
    return result;
  } catch (error) {
    // An HttpError below 500 says that nothing has changed; anything else may have left a half-done change.
    if (!isClientError(error)) await invalidate(engine, action, call, undefined);
    throw error;
  } finally {
    hasReturned = true;
  }
}

async function invalidate(engine: Engine, action: ChangingAction, call: ActionCall, result: unknown): Promise<void> {
  let prefixes: readonly string[];
  try {
    prefixes = action.prefixesOf(call, result);
  } catch (error) {
    // The change is made: where nobody can say what it touched, nothing that was stored may be trusted.
    engine.faults.report(
      'CACHE_TARGET_FAILED',
      `${action.name}: the target of @InvalidatesCache failed, so all is invalidated`,
      error,
    );
    prefixes = ['/'];
  }
  try {
    await engine.invalidate(prefixes);
  } catch (error) {
    engine.faults.report('CACHE_STORE_FAILED', `${action.name}: what it changed could not be invalidated`, error);
  }
}
