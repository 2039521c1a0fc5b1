import { ServerResponse, type IncomingMessage } from 'node:http';
import { CONDITIONS_AND_RANGES } from './preconditions.js';
import { setHeaders } from './headers.js';
import { isHttp2 } from './http2.js';
import { NullSocket } from './null-socket.js';

/** A request and its response. */
export interface Exchange<Request extends IncomingMessage, Response extends ServerResponse> {
  readonly request: Request;
  readonly response: Response;
}

/** Properties of a request that belong to the client's connection, its stream state or its event listeners. */
const CONNECTION_STATE: ReadonlySet<PropertyKey> = new Set([
  '_readableState',
  '_events',
  '_eventsCount',
  '_maxListeners',
  '_consuming',
  '_dumped',
  'socket',
  'client',
  'aborted',
]);

/** Methods that middlewares replace to watch or change the output. They act after the handler, and for clients only. */
const OUTPUT_METHODS: ReadonlySet<string> = new Set([
  'writeHead',
  'write',
  'end',
  'flush',
  'flushHeaders',
  'on',
  'once',
  'addListener',
]);

/**
 * Clones a request and its response in their current state, without a client. The cloned request has no preconditions, cannot be
 * aborted, and does not change while the app continues with the original. The cloned response accepts each write at once.
 *
 * @returns `undefined` over HTTP/2, because an HTTP/2 response needs its stream. Also `undefined` if a middleware has replaced a
 * method that a handler may call, such as `json`: the replacement would write to the original response.
 */
export function backgroundExchange<Request extends IncomingMessage, Response extends ServerResponse>(
  request: Request,
  response: Response,
): Exchange<Request, Response> | undefined {
  if (isHttp2(request)) return undefined;
  const socket = new NullSocket(request.socket);
  const requestClone = cloneRequest(request, socket);
  const clone = new ServerResponse(requestClone);
  if (methodsOf(response).some(name => !OUTPUT_METHODS.has(name) && !Object.hasOwn(clone, name))) return undefined;

  Object.setPrototypeOf(clone, Object.getPrototypeOf(response) as object);
  clone.statusCode = response.statusCode;
  setHeaders(clone, response.getHeaders());
  for (const [name, value] of Object.entries(response)) {
    // Copies the properties that middlewares have added. The clone has its own copy of Node's internal state.
    if (!(name in clone) && typeof value !== 'function') Object.assign(clone, { [name]: shallowCopy(value) });
  }
  Object.assign(clone, { req: requestClone });
  Object.assign(requestClone, { res: clone, next: () => undefined });
  socket.attachResponse(clone);
  return { request: requestClone, response: clone as unknown as Response };
}

/** Copies a plain object such as `res.locals`, so that a handler's additions do not reach the original. */
function shallowCopy(value: unknown): unknown {
  return isPlain(value) ? Object.assign(Object.create(Object.getPrototypeOf(value) as object | null) as object, value) : value;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function cloneRequest<Request extends IncomingMessage>(request: Request, socket: NullSocket): Request {
  const clone = socket.createRequest();
  for (const name of Reflect.ownKeys(request)) {
    if (CONNECTION_STATE.has(name)) continue;
    Object.defineProperty(clone, name, Object.getOwnPropertyDescriptor(request, name) ?? {});
  }
  Object.setPrototypeOf(clone, Object.getPrototypeOf(request) as object);
  clone.headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !CONDITIONS_AND_RANGES.includes(name)));
  // RFC 9110 §9.3.2: a GET produces the response to a HEAD request.
  if (clone.method === 'HEAD') clone.method = 'GET';
  return clone as Request;
}

function methodsOf(response: ServerResponse): string[] {
  return Object.entries(response).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
}
