import onHeaders from 'on-headers';
import { responseOf } from '../controllers/action-call.js';
import { RequestTrace } from '../events/observed-request.js';
import { applyDownstreamPolicy } from '../http/client-rules.js';
import { downstreamPolicy } from './answer.js';
import type { CachedRequest } from './miss.js';
import { statusesOf } from './statuses.js';

/** Runs the method for HEAD: its response has no body to keep. */
export function runUnstored({ runtime, action, call, lease, listener }: CachedRequest): unknown {
  const response = responseOf(call);
  runtime.release(lease, 'unused');
  const why = 'a response to HEAD has no body to keep';
  if (listener === undefined) {
    runtime.recordOutcome(response, { kind: 'miss' });
    RequestTrace.of(response)?.end('miss', `not stored: ${why}`);
  } else listener.onNotStored('unshareable', why, undefined);
  // RFC 9110 §9.3.2: the same headers as for GET.
  onHeaders(response, () => {
    if (statusesOf(action).includes(response.statusCode)) applyDownstreamPolicy(response, downstreamPolicy(runtime, action));
  });
  return call.run();
}
