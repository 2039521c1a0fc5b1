import { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/**
 * Property names of Node's own streams and messages. Node reads them on any stream at any time, and looks for those of one kind on the
 * others: `finished(response)` asks for `response.abort`. None holds what a middleware found out.
 */
const NODE_NAMES = namesOf([
  new Duplex(),
  exampleRequest(),
  new ServerResponse(exampleRequest()),
  ClientRequest.prototype,
  ReadableStream.prototype,
  WritableStream.prototype,
  Promise.prototype,
  Object.prototype,
]);

// By these the method asks what properties an object has.
for (const name of ['hasOwnProperty', 'propertyIsEnumerable']) NODE_NAMES.delete(name);

/** Names that frameworks read and write for themselves, and that are the same for all callers. */
const FRAMEWORK_NAMES = new Set<PropertyKey>([
  // Express and routing-controllers.
  'app',
  'next',
  'res',
  'req',
  'route',
  'baseUrl',
  'routingControllersStarted',
  // The packages on-finished and compression.
  '__onFinished',
  'flush',
  // JSON.stringify and util.inspect.
  'toJSON',
  'inspect',
]);

/** Properties that Node or a framework uses for itself. */
export const QUIET_NAMES: ReadonlySet<PropertyKey> = new Set([...NODE_NAMES, ...FRAMEWORK_NAMES]);

/** Symbols of Node, known by how Node describes them, and of this library. */
const INTERNAL_SYMBOL = /^(k[A-Z]|nodejs\.|Symbol\.|events\.|cache control$|observed request$|probe$|visit$)/;

/** True for symbols that Node or this library uses for itself. */
export function isQuietSymbol(name: symbol): boolean {
  return INTERNAL_SYMBOL.test(name.description ?? '');
}

/** @returns the first names without the others */
export function namesWithout(names: Iterable<PropertyKey>, others: ReadonlySet<PropertyKey>): Set<PropertyKey> {
  return new Set([...names].filter(name => !others.has(name)));
}

/** Properties of a request that its URL and its host decide. */
export const OF_THE_URL: ReadonlySet<PropertyKey> = new Set([
  'url',
  'originalUrl',
  'query',
  'params',
  'path',
  'protocol',
  'secure',
  'host',
  'hostname',
  'subdomains',
  '_parsedUrl',
  '_parsedOriginalUrl',
]);

/** Node's and Express' properties of a request that tell of its client. */
export const OF_THE_CLIENT: ReadonlySet<PropertyKey> = new Set(['ip', 'ips', 'trailers', 'trailersDistinct']);

/** Properties that tell whether a client has the response already. */
export const OF_CONDITIONS: ReadonlySet<PropertyKey> = new Set(['fresh', 'stale']);

/** Properties that give all headers of a request in another form. */
export const OF_ALL_HEADERS: ReadonlySet<PropertyKey> = new Set(['rawHeaders', 'headersDistinct']);

/** Properties that give the connection. */
export const CONNECTIONS: ReadonlySet<PropertyKey> = new Set(['socket', 'connection', 'client']);

/** Headers of a response that Express, the package send and this library look for while they answer. */
export const ANSWER_HEADERS: ReadonlySet<string> = new Set([
  'accept-ranges',
  'cache-control',
  'cache-status',
  'content-disposition',
  'content-encoding',
  'content-length',
  'content-range',
  'content-security-policy',
  'content-type',
  'etag',
  'expires',
  'last-modified',
  'link',
  'location',
  'set-cookie',
  'vary',
  'x-content-type-options',
]);

function exampleRequest(): IncomingMessage {
  return new IncomingMessage(new Socket());
}

function namesOf(examples: readonly object[]): Set<PropertyKey> {
  const names = new Set<PropertyKey>();
  for (const example of examples) {
    for (let link: object | null = example; link !== null; link = Object.getPrototypeOf(link) as object | null) {
      for (const name of Reflect.ownKeys(link)) names.add(name);
    }
  }
  return names;
}
