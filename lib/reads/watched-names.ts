import type { IncomingMessage } from 'node:http';
import { isHttp2 } from '../http/http2.js';
import {
  CONNECTION_NAMES,
  isQuietSymbol,
  namesWithout,
  ALL_HEADERS_NAMES,
  FRESHNESS_NAMES,
  CLIENT_NAMES,
  URL_NAMES,
  QUIET_NAMES,
} from './framework-names.js';
import type { WatchedNames } from './prototype-proxy.js';
import { WATCHED_METHODS } from './watched-methods.js';

const SPECIAL_REQUEST_NAMES = ['res', ...CLIENT_NAMES, ...ALL_HEADERS_NAMES, ...CONNECTION_NAMES, ...FRESHNESS_NAMES, 'headers'];
/** Properties that Express computes from headers and the connection. Its own reads of those are not reported. */
const HOST_NAMES = ['protocol', 'secure', 'host', 'hostname', 'subdomains'];

/** The names for a request whose URL the key covers. */
export const REQUEST_NAMES = watchedNames([...SPECIAL_REQUEST_NAMES, ...HOST_NAMES], URL_NAMES);
/** The names for any other request. */
export const REQUEST_NAMES_WITH_URL = watchedNames([...SPECIAL_REQUEST_NAMES, ...URL_NAMES]);
// Middlewares override methods such as `end` and `json`.
export const RESPONSE_NAMES: WatchedNames = {
  ...watchedNames([...CONNECTION_NAMES, ...WATCHED_METHODS, 'locals', 'req']),
  mayOverride: true,
};

/** Descriptions of the symbols under which Node stores the state of an HTTP/2 response. */
const HTTP2_SYMBOLS = new Set(['headers', 'trailers', 'state', 'stream', 'rawHeaders', 'rawTrailers', 'aborted']);

function isQuietOverHttp2(name: symbol): boolean {
  return isQuietSymbol(name) || HTTP2_SYMBOLS.has(name.description ?? '');
}

/** Adds the internal symbols of HTTP/2 to the names, if the request uses HTTP/2. */
export function namesFor(request: IncomingMessage, names: WatchedNames): WatchedNames {
  return isHttp2(request) ? { ...names, isQuietSymbol: isQuietOverHttp2 } : names;
}

function watchedNames(special: Iterable<PropertyKey>, covered: Iterable<PropertyKey> = []): WatchedNames {
  const names = new Set(special);
  return { special: names, quiet: namesWithout([...QUIET_NAMES, ...covered], names), isQuietSymbol, mayOverride: false };
}
