import { requestOf, responseOf, type ActionCall, type Request, type Response } from '../actions/action-call.js';
import { backgroundExchange, type Exchange } from '../http/background-exchange.js';
import type { CachedRequest } from './cached-request.js';

/** A request and a response without a client. */
export type BackgroundExchange = Exchange<Request, Response>;

/**
 * Clones the request and the response of a call, for a run of the method behind the answer.
 *
 * @param problem the consequence of a failure, for the report
 * @returns undefined if the method cannot run without its client
 */
export function exchangeOf({ runtime, action, call }: CachedRequest, problem: string): BackgroundExchange | undefined {
  try {
    return backgroundExchange(requestOf(call), responseOf(call));
  } catch (error) {
    // A middleware may have replaced any part of the request.
    runtime.faults.report('CACHE_REFRESH_FAILED', `${action.name}: ${problem}`, error);
    return undefined;
  }
}

/** The request, the response and the arguments of a call for its client. */
export interface ClientCall {
  readonly request: unknown;
  readonly response: unknown;
  readonly args: readonly unknown[];
}

export function clientCallOf({ action, args }: ActionCall): ClientCall {
  return { request: action.request, response: action.response, args: [...args] };
}

/** Makes the method, the interceptors and routing-controllers use the request and the response without a client. */
export function redirectToBackground(call: ActionCall, client: ClientCall, { request, response }: BackgroundExchange): void {
  const clones = new Map<unknown, unknown>([
    [client.request, request],
    [client.response, response],
  ]);
  for (const [index, argument] of client.args.entries()) call.args[index] = clones.get(argument) ?? argument;
  // The after-middlewares and error handlers have the request of the client, which has its answer.
  Object.assign(call.action, { request, response, next: () => undefined });
}
