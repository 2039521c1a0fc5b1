import { requestOf, responseOf, type ActionCall } from '../controllers/action-call.js';
import type { CachedAction } from '../controllers/cached-action.js';
import type { Outcome } from '../http/cache-status.js';
import type { ClientRules } from '../http/client-rules.js';
import { replay } from '../http/replay.js';
import type { StoredResponse } from '../http/stored-response.js';
import type { Entry } from '../stores/store.js';
import type { Engine } from './engine.js';

/** Answers a request from an entry. @param outcome default: a hit */
export function answerFromEntry(
  engine: Engine,
  action: CachedAction,
  call: ActionCall,
  entry: Entry,
  outcome: Outcome = hit(engine, entry),
): Promise<never> {
  return answer(engine, action, call, entry.response, ageSeconds(engine, entry), outcome);
}

/** Answered from the store. */
export function hit({ clock }: Engine, { expiresAtMs }: Entry): Outcome {
  return { kind: 'hit', ttlSeconds: Number.isFinite(expiresAtMs) ? Math.ceil((expiresAtMs - clock.now()) / 1000) : undefined };
}

/** The age of an entry. Never negative: the process that stored it may have a clock of its own. */
export function ageSeconds({ clock }: Engine, { storedAtMs }: Entry): number {
  return Math.max(0, Math.floor((clock.now() - storedAtMs) / 1000));
}

/**
 * Answers a request with a recorded response in place of the method, and lets the after-middlewares run.
 *
 * @returns a promise that never settles: anything else would send routing-controllers on to the interceptors. Nothing refers to it,
 * so it is collected with the request.
 */
function answer(
  engine: Engine,
  action: CachedAction,
  call: ActionCall,
  stored: StoredResponse,
  ageSeconds: number,
  outcome: Outcome,
): Promise<never> {
  replay(requestOf(call), responseOf(call), stored, clientRulesOf(engine, action), ageSeconds, () => {
    engine.conclude(responseOf(call), outcome);
  });
  if (stored.continues) call.action.next?.();
  return new Promise(() => undefined);
}

/** What clients are told of an action's responses. */
export function clientRulesOf({ config }: Engine, { variesBy, options, oneCaller }: CachedAction): ClientRules {
  return { variesBy, clientTimeout: options.clientTimeout ?? 0, oneCaller: oneCaller || config.varyBy !== undefined };
}
