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

/** What of a request is the client's connection, and those who listen to it. */
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

/** Methods by which middlewares watch or change what goes out: for clients, after all that a handler does. */
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
 * A request and a response as they now stand, that no client has to do with: the request asks without conditions, cannot be aborted, and
 * stays as it is while the app goes on with the other; the response takes all that is written, at the speed of its writer.
 *
 * @returns `undefined` over HTTP/2, where a response cannot be without its stream, and where a middleware has replaced a method of the response that a handler may call, such as `json`: it would write
 * to the other
 */
export function backgroundExchange<Request extends IncomingMessage, Response extends ServerResponse>(
  request: Request,
  response: Response,
): Exchange<Request, Response> | undefined {
  if (isHttp2(request)) return undefined;
  const nobody = new NullSocket(request.socket);
  const requestTwin = cloneRequest(request, nobody);
  const twin = new ServerResponse(requestTwin);
  if (methodsOf(response).some(name => !OUTPUT_METHODS.has(name) && !Object.hasOwn(twin, name))) return undefined;

  Object.setPrototypeOf(twin, Object.getPrototypeOf(response) as object);
  twin.statusCode = response.statusCode;
  setHeaders(twin, response.getHeaders());
  for (const [name, value] of Object.entries(response)) {
    // What middlewares have put there. Of Node's own state it has its own.
    if (!(name in twin) && typeof value !== 'function') Object.assign(twin, { [name]: ownValue(value) });
  }
  Object.assign(twin, { req: requestTwin });
  Object.assign(requestTwin, { res: twin, next: () => undefined });
  nobody.attachResponse(twin);
  return { request: requestTwin, response: twin as unknown as Response };
}

/** A handler that adds to `res.locals` does not add to those of the other. */
function ownValue(value: unknown): unknown {
  return isPlain(value) ? Object.assign(Object.create(Object.getPrototypeOf(value) as object | null) as object, value) : value;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function cloneRequest<Request extends IncomingMessage>(request: Request, nobody: NullSocket): Request {
  const twin = nobody.createRequest();
  for (const name of Reflect.ownKeys(request)) {
    if (CONNECTION_STATE.has(name)) continue;
    Object.defineProperty(twin, name, Object.getOwnPropertyDescriptor(request, name) ?? {});
  }
  Object.setPrototypeOf(twin, Object.getPrototypeOf(request) as object);
  twin.headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !CONDITIONS_AND_RANGES.includes(name)));
  // RFC 9110 §9.3.2: what answers HEAD is made by GET.
  if (twin.method === 'HEAD') twin.method = 'GET';
  return twin as Request;
}

function methodsOf(response: ServerResponse): string[] {
  return Object.entries(response).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
}
