import type { ActionMetadata, RoutingControllersOptions, Action } from 'routing-controllers';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Class } from '../classes/class-hierarchy.js';

/** The options of the server that an action was built for. routing-controllers keeps them in the action without saying so in its types. */
export function serverOptionsOf(metadata: ActionMetadata): RoutingControllersOptions {
  return (metadata as unknown as { readonly globalOptions: RoutingControllersOptions }).globalOptions;
}

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

/** One call of a decorated action, when all that comes before the method has been done. */
export interface ActionCall {
  /** The class that decorated the method: the controller, or one that it extends. */
  readonly owner: Class;
  readonly metadata: ActionMetadata;
  readonly action: Action;
  readonly args: unknown[];
  /** Whether the method has begun to run. */
  hasRun: boolean;
  /** Runs the method. */
  run(): unknown;
}

/** What of an Express request this library reads. */
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

/** What of an Express response this library reads. */
export type Response = ServerResponse & { readonly locals: Readonly<Record<string, unknown>> };

/** Class and method, for messages. */
export function nameOf({ metadata }: ActionCall): string {
  return `${metadata.target.name}.${metadata.method}`;
}

export function requestOf({ action }: ActionCall): Request {
  return action.request as Request;
}

export function responseOf({ action }: ActionCall): Response {
  return action.response as Response;
}

/** Whether a method gets at the response through a parameter of this type: a request has it too. */
export function bearsResponse(type: ActionMetadata['params'][number]['type']): boolean {
  return type === 'response' || type === 'request' || type === 'context';
}
