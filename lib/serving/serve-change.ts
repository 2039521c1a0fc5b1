import type { ServerResponse } from 'node:http';
import onHeaders from 'on-headers';
import { responseOf, type ActionCall } from '../controllers/action-call.js';
import type { ChangingAction } from '../controllers/changing-action.js';
import type { Engine } from './engine.js';
import { isClientError } from './handler-error.js';

/**
 * Runs a method that changes data, and invalidates what it makes out of date before the client can see its response.
 *
 * @param engineNow gives the cache at work: a reset may come while the method runs
 */
export async function serveChange(engineNow: () => Engine, action: ChangingAction, call: ActionCall): Promise<unknown> {
  let result: unknown;
  let hasReturned = false;
  beforeSeen(responseOf(call), moment => {
    // What routing-controllers sends when the method has returned comes after the invalidation below; but a response in pieces, by a
    // method or by a stream that it has returned, may be about a change that is made between its first piece and its last.
    if (moment === 'end' || !hasReturned) void invalidate(engineNow(), action, call, result);
  });
  try {
    result = await call.run();
    await invalidate(engineNow(), action, call, result);
    return result;
  } catch (error) {
    // An HttpError below 500 says that nothing has changed; anything else may have left a half-done change.
    if (!isClientError(error)) await invalidate(engineNow(), action, call, undefined);
    throw error;
  } finally {
    hasReturned = true;
  }
}

/** Tells before the client sees the response's head, and again before its end where that comes later, or when it never comes. */
function beforeSeen(response: ServerResponse, listener: (moment: 'head' | 'end') => void): void {
  let hasEnded = false;
  onHeaders(response, () => {
    listener('head');
  });
  const end = response.end.bind(response) as (...args: unknown[]) => ServerResponse;
  response.end = ((...args: unknown[]) => {
    hasEnded = true;
    if (response.headersSent) listener('end');
    return end(...args);
  }) as ServerResponse['end'];
  response.once('close', () => {
    if (!hasEnded) listener('end');
  });
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
