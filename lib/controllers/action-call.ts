import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Action, ActionMetadata } from 'routing-controllers';
import type { Class } from '../keys/lineage.js';

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
