import type { ActionMetadata, RoutingControllersOptions, Action } from 'routing-controllers';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Class } from '../classes/class-hierarchy.js';
import type { RepeatableResult } from './repeatable-result.js';

/** The options of the server that an action was built for. routing-controllers stores them in the action, but its types lack them. */
export function serverOptionsOf(metadata: ActionMetadata): RoutingControllersOptions {
  return (metadata as unknown as { readonly globalOptions: RoutingControllersOptions }).globalOptions;
}

/** A call with a pinned address, because Express changes the address of the request. */
export interface PinnedCall extends ActionCall {
  /** The action as routing-controllers gives it to the application. */
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

/** One call of a decorated action, after the middlewares and before the method. */
export interface ActionCall {
  /** The class that decorates the method: the controller, or a class that it extends. */
  readonly owner: Class;
  readonly metadata: ActionMetadata;
  readonly action: Action;
  readonly args: unknown[];
  /** True if the method has begun to run. */
  hasRun: boolean;
  /** The way to let routing-controllers handle further results. Undefined unless a hit of the call is to be verified. */
  repeatable?: RepeatableResult;
  /** Runs the method. */
  run(): unknown;
}

/** The part of an Express request that this library reads. */
export type Request = IncomingMessage & {
  readonly originalUrl: string;
  readonly baseUrl: string;
  readonly path: string;
  readonly protocol: string;
  readonly hostname: string | undefined;
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: unknown;
  accepts(types: readonly string[]): string | false;
  readonly app: { path(): string; get(setting: string): unknown };
};

/** The part of an Express response that this library reads. */
export type Response = ServerResponse & { readonly locals: Readonly<Record<string, unknown>> };

/** The class and the method, for messages. */
export function nameOf({ metadata }: ActionCall): string {
  return `${metadata.target.name}.${metadata.method}`;
}

/** Returns the method and the path of the request for subscribers, without the query, which may be private. */
export function requestNameOf(call: ActionCall): string {
  const { method = '', originalUrl } = requestOf(call);
  return `${method} ${originalUrl.replace(/\?.*/s, '')}`;
}

export function requestOf({ action }: ActionCall): Request {
  return action.request as Request;
}

export function responseOf({ action }: ActionCall): Response {
  return action.response as Response;
}

/** Returns true if a parameter of this type gives access to the response. A request refers to its response, too. */
export function bearsResponse(type: ActionMetadata['params'][number]['type']): boolean {
  return type === 'response' || type === 'request' || type === 'context';
}
