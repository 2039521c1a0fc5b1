import type { Action } from 'routing-controllers';
import { requestOf, type ActionCall } from './action-call.js';

/** A call whose request keeps its address, for when Express has changed it. */
export interface PinnedCall extends ActionCall {
  /** As the code of the application has it. */
  readonly unpinned: Action;
}

/** Pins the address of a request. Express changes the address, and the route's parameters, when the request leaves the action. */
export function pinnedCall(call: ActionCall): PinnedCall {
  const request = requestOf(call);
  const { params, baseUrl, path, app } = request;
  const pinned: unknown = Object.create(request, {
    params: { value: { ...params } },
    baseUrl: { value: baseUrl },
    path: { value: path },
    app: { value: app },
  });
  return { ...call, unpinned: call.action, action: { ...call.action, request: pinned } };
}
