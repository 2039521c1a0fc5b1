import onHeaders from 'on-headers';
import { requestOf, responseOf, type ActionCall } from '../controllers/action-call.js';
import { keyOf, type Keyed } from '../controllers/action-key.js';
import { statusesOf, type CachedAction } from '../controllers/cached-action.js';
import { Visit } from '../edge/visit.js';
import { applyClientRules } from '../http/client-rules.js';
import type { LookUp } from '../stores/store.js';
import { answerFromEntry, clientRulesOf } from './answer.js';
import { Computation, type Miss } from './compute.js';
import type { Engine } from './engine.js';
import { fill } from './fill.js';

/** How a request goes on: to the cache, or past it. */
type Way = (Keyed & { readonly kind: 'keyed'; readonly isForced: boolean }) | { readonly kind: 'past'; readonly detail: string };

/**
 * Serves a request to a cached action, when all that comes before its method has been done: a hit answers it, a miss runs the method
 * and records the response.
 */
export async function serveCached(engine: Engine, action: CachedAction, call: ActionCall): Promise<unknown> {
  const way = await wayOf(engine, action, call);
  if (way.kind === 'past') {
    engine.conclude(responseOf(call), { kind: 'bypass', detail: way.detail });
    return call.run();
  }
  const { address, namesCaller } = way;
  const visit = Visit.of(engine, action, responseOf(call));
  visit?.leadsTo(engine, action, address);
  let found: LookUp;
  try {
    // A store in memory answers at once, and nothing may come between its answer and the look for a computation under way.
    const answer = way.isForced ? engine.store.begin(address) : engine.store.lookUp(address);
    found = answer instanceof Promise ? await answer : answer;
  } catch (error) {
    engine.faults.report('CACHE_STORE_FAILED', 'the store could not be asked, so the request passes by', error);
    engine.conclude(responseOf(call), { kind: 'bypass', detail: 'the store failed' });
    return call.run();
  }
  if (found.kind === 'unreachable') {
    engine.conclude(responseOf(call), { kind: 'bypass', detail: 'the store cannot be reached' });
    return call.run();
  }
  if (found.kind === 'hit') {
    visit?.keepHit(engine, action, address)?.attachTo(found.entry);
    return answerFromEntry(engine, action, call, found.entry);
  }

  const miss = { engine, action, call, address, namesCaller, fence: found.fence, visit };
  // A response to HEAD has no body to keep.
  if (requestOf(call).method === 'HEAD') return runUnrecorded(miss);
  return way.isForced ? new Computation(miss, undefined).run() : fill(miss);
}

function runUnrecorded({ engine, action, call, fence }: Miss): unknown {
  const response = responseOf(call);
  engine.release(fence, 'unused');
  engine.conclude(response, { kind: 'miss' });
  // RFC 9110 §9.3.2: the same headers as for GET.
  onHeaders(response, () => {
    if (statusesOf(action).includes(response.statusCode)) applyClientRules(response, clientRulesOf(engine, action));
  });
  return call.run();
}

async function wayOf(engine: Engine, action: CachedAction, call: ActionCall): Promise<Way> {
  if (!engine.config.enabled) return { kind: 'past', detail: 'the cache is not enabled' };
  const { unless, forcedUpdate } = action.options;
  try {
    if (unless !== undefined && (await unless(call.action))) return { kind: 'past', detail: 'unless' };
    const keyed = keyOf(action, call, engine.config);
    if (keyed.kind === 'unkeyed') {
      if (keyed.remedy !== undefined) engine.faults.advise(`${action.name} ${keyed.detail}`, `${action.name}: ${keyed.remedy}`);
      return { kind: 'past', detail: keyed.detail };
    }
    return { ...keyed, isForced: forcedUpdate !== undefined && (await forcedUpdate(call.action)) };
  } catch (error) {
    // An application without a cache would not have called the option at all.
    engine.faults.report('CACHE_OPTION_FAILED', `${action.name}: an option of @Cached threw, so the request passes by`, error);
    return { kind: 'past', detail: 'an option of @Cached threw' };
  }
}
