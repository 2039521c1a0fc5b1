import type { IncomingMessage } from 'node:http';
import { isHttp2 } from '../http/http2.js';
import {
  CONNECTIONS,
  isQuietSymbol,
  namesWithout,
  OF_ALL_HEADERS,
  OF_CONDITIONS,
  OF_THE_CLIENT,
  OF_THE_URL,
  QUIET_NAMES,
} from './framework-names.js';
import type { WatchedNames } from './stand-in.js';
import { WATCHED_METHODS } from './watched-methods.js';

const OF_THE_REQUEST = ['res', ...OF_THE_CLIENT, ...OF_ALL_HEADERS, ...CONNECTIONS, ...OF_CONDITIONS, 'headers'];
/** Express works these out of headers and the connection, whose reads are its own. */
const OF_THE_HOST = ['protocol', 'secure', 'host', 'hostname', 'subdomains'];

/** Of a request whose URL the key covers. */
export const REQUEST_NAMES = watchedNames([...OF_THE_REQUEST, ...OF_THE_HOST], OF_THE_URL);
/** Of any other request. */
export const REQUEST_NAMES_WITH_URL = watchedNames([...OF_THE_REQUEST, ...OF_THE_URL]);
// Middlewares put their own `end` or `json` in place of Node's and Express'.
export const RESPONSE_NAMES: WatchedNames = {
  ...watchedNames([...CONNECTIONS, ...WATCHED_METHODS, 'locals', 'req']),
  mayOverride: true,
};

/** What Node's HTTP/2 keeps on a response under symbols of its own: they are described by plain words. */
const OF_HTTP2 = new Set(['headers', 'trailers', 'state', 'stream', 'rawHeaders', 'rawTrailers', 'aborted']);

function isQuietOverHttp2(name: symbol): boolean {
  return isQuietSymbol(name) || OF_HTTP2.has(name.description ?? '');
}

/** The names for a request, or for its response. */
export function namesFor(request: IncomingMessage, names: WatchedNames): WatchedNames {
  return isHttp2(request) ? { ...names, isQuietSymbol: isQuietOverHttp2 } : names;
}

function watchedNames(special: Iterable<PropertyKey>, covered: Iterable<PropertyKey> = []): WatchedNames {
  const names = new Set(special);
  return { special: names, quiet: namesWithout([...QUIET_NAMES, ...covered], names), isQuietSymbol, mayOverride: false };
}
