import onHeaders from 'on-headers';
import { responseOf } from '../actions/action-call.js';
import { RequestTrace } from '../events/request-trace.js';
import { applyDownstreamPolicy } from '../http/downstream-policy.js';
import { downstreamPolicy } from './respond.js';
import type { CachedRequest } from './cached-request.js';
import { statusesOf } from '../actions/cached-action.js';

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
