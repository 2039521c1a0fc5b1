import { IncomingMessage, ServerResponse } from 'node:http';
import { Duplex } from 'node:stream';
import { CONDITIONS_AND_RANGES } from './conditional.js';
import { setHeaders } from './header-changes.js';

/** A request and its response. */
export interface Exchange<Request extends IncomingMessage, Response extends ServerResponse> {
  readonly request: Request;
  readonly response: Response;
}

/** What of a connection says who the client is: it may be gone by the time that somebody asks. */
const OF_THE_PEER = ['remoteAddress', 'remoteFamily', 'remotePort', 'localAddress', 'localPort', 'encrypted'] as const;

/** A connection to nobody: it takes all that is written, at once. */
class NoClient extends Duplex {
  constructor(socket: IncomingMessage['socket']) {
    super();
    for (const name of OF_THE_PEER) {
      if (name in socket) Object.defineProperty(this, name, { value: (socket as unknown as Record<string, unknown>)[name] });
    }
  }

  override _read(): void {
    this.push(null);
  }

  override _write(_chunk: unknown, _encoding: BufferEncoding, done: () => void): void {
    done();
  }

  setTimeout(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }
}

/** What of a request is the client's connection, and those who listen to it. */
const OF_THE_STREAM: ReadonlySet<PropertyKey> = new Set([
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
const OF_THE_WAY_OUT: ReadonlySet<string> = new Set([
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
 * @returns `undefined` where a middleware has replaced a method of the response that a handler may call, such as `json`: it would write
 * to the other
 */
export function detachedExchange<Request extends IncomingMessage, Response extends ServerResponse>(
  request: Request,
  response: Response,
): Exchange<Request, Response> | undefined {
  const nobody = new NoClient(request.socket);
  const requestTwin = requestOfNobody(request, nobody);
  const twin = new ServerResponse(requestTwin);
  if (methodsOf(response).some(name => !OF_THE_WAY_OUT.has(name) && !Object.hasOwn(twin, name))) return undefined;

  Object.setPrototypeOf(twin, Object.getPrototypeOf(response) as object);
  twin.statusCode = response.statusCode;
  setHeaders(twin, response.getHeaders());
  for (const [name, value] of Object.entries(response)) {
    // What middlewares have put there. Of Node's own state it has its own.
    if (!(name in twin) && typeof value !== 'function') Object.assign(twin, { [name]: ownValue(value) });
  }
  Object.assign(twin, { req: requestTwin });
  Object.assign(requestTwin, { res: twin, next: () => undefined });
  twin.assignSocket(nobody as unknown as NonNullable<ServerResponse['socket']>);
  // As the server closes a response that has been sent.
  twin.once('finish', () => nobody.destroy());
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

function requestOfNobody<Request extends IncomingMessage>(request: Request, nobody: NoClient): Request {
  const twin = new IncomingMessage(nobody as unknown as IncomingMessage['socket']);
  for (const name of Reflect.ownKeys(request)) {
    if (OF_THE_STREAM.has(name)) continue;
    Object.defineProperty(twin, name, Object.getOwnPropertyDescriptor(request, name) ?? {});
  }
  Object.setPrototypeOf(twin, Object.getPrototypeOf(request) as object);
  twin.headers = Object.fromEntries(Object.entries(request.headers).filter(([name]) => !CONDITIONS_AND_RANGES.includes(name)));
  // RFC 9110 §9.3.2: what answers HEAD is made by GET.
  if (twin.method === 'HEAD') twin.method = 'GET';
  // It has come whole, and has no body.
  twin.complete = true;
  twin.push(null);
  return twin as Request;
}

function methodsOf(response: ServerResponse): string[] {
  return Object.entries(response).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []));
}
