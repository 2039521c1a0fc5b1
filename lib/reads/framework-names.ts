import { ClientRequest, IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { inspect } from 'node:util';

/**
 * Property names of Node's own streams and messages. Node reads them on any stream at any time, also those of another kind of
 * stream: `finished(response)` reads `response.abort`. No middleware stores its results under these names.
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

// Code that reads these looks for properties of an object, or prints all of them.
for (const name of ['hasOwnProperty', 'propertyIsEnumerable', inspect.custom]) NODE_NAMES.delete(name);

/** Names that frameworks read and write for their own purposes. The values are the same for all callers. */
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

/** Properties that Node or a framework uses internally. */
export const QUIET_NAMES: ReadonlySet<PropertyKey> = new Set([...NODE_NAMES, ...FRAMEWORK_NAMES]);

/** Descriptions of the symbols of Node and of this library. */
const INTERNAL_SYMBOL = /^(k[A-Z]|nodejs\.|Symbol\.|events\.|cache control$|observed request$|probe$|visit$)/;

/** True for symbols that Node or this library uses internally. */
export function isQuietSymbol(name: symbol): boolean {
  return name !== inspect.custom && INTERNAL_SYMBOL.test(name.description ?? '');
}

/** Returns the names that are not among `others`. */
export function namesWithout(names: Iterable<PropertyKey>, others: ReadonlySet<PropertyKey>): Set<PropertyKey> {
  return new Set([...names].filter(name => !others.has(name)));
}

/** Properties of a request that follow from its URL and its host. */
export const URL_NAMES: ReadonlySet<PropertyKey> = new Set([
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

/** Properties of Node and Express that describe the client of a request. */
export const CLIENT_NAMES: ReadonlySet<PropertyKey> = new Set(['ip', 'ips', 'trailers', 'trailersDistinct']);

/** Properties that are true or false depending on whether the client already has the response. */
export const FRESHNESS_NAMES: ReadonlySet<PropertyKey> = new Set(['fresh', 'stale']);

/** Properties that contain all headers of a request in another form. */
export const ALL_HEADERS_NAMES: ReadonlySet<PropertyKey> = new Set(['rawHeaders', 'headersDistinct']);

/** Properties that contain the connection. */
export const CONNECTION_NAMES: ReadonlySet<PropertyKey> = new Set(['socket', 'connection', 'client']);

/** Response headers that Express, the package send and this library read while they send a response. */
export const SENDING_HEADERS: ReadonlySet<string> = new Set([
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
