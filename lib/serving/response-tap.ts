import type { ServerResponse } from 'node:http';
import { responseOf } from '../actions/action-call.js';
import type { CachedRequest, ResponseTap } from './cached-request.js';

// Between the edge and the action, the application's middlewares run. They pass on the response only.
const TAP = Symbol('response tap');
type Tapped = ServerResponse & { [TAP]?: ResponseTap };

/** Attaches the edge's tap to a response. */
export function attachTap(response: ServerResponse, tap: ResponseTap): void {
  (response as Tapped)[TAP] = tap;
}

/**
 * Returns the tap of a request.
 *
 * @returns undefined if the edge does not serve the action, or the request did not come through the edge
 */
export function tapOf({ runtime, action, call }: CachedRequest): ResponseTap | undefined {
  if (action.options.edge !== true) return undefined;
  if (runtime.config.varyBy === undefined) return (responseOf(call) as Tapped)[TAP];
  const remedy = 'edge: true has no effect where cache.configure has a varyBy, which runs only behind Express. Leave one out.';
  runtime.faults.warnAboutUse(`${action.name} edge`, `${action.name}: ${remedy}`);
  return undefined;
}
