import onHeaders from 'on-headers';
import { responseOf } from '../controllers/action-call.js';
import { ObservedRequest } from '../events/observed-request.js';
import { applyClientRules } from '../http/client-rules.js';
import { clientRulesOf } from './answer.js';
import type { Miss } from './miss.js';
import { statusesOf } from './statuses.js';

/** Runs the method for HEAD: its response has no body to keep. */
export function runUnrecorded({ engine, action, call, fence: lease, teller }: Miss): unknown {
  const response = responseOf(call);
  engine.release(lease, 'unused');
  const why = 'a response to HEAD has no body to keep';
  if (teller === undefined) {
    engine.conclude(response, { kind: 'miss' });
    ObservedRequest.of(response)?.end('miss', `not stored: ${why}`);
  } else teller.onGivenUp('unshareable', why, undefined);
  // RFC 9110 §9.3.2: the same headers as for GET.
  onHeaders(response, () => {
    if (statusesOf(action).includes(response.statusCode)) applyClientRules(response, clientRulesOf(engine, action));
  });
  return call.run();
}
