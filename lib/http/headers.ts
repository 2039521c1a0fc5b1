import type { ServerResponse } from 'node:http';
import vary from 'vary';
import { isHttp2, setStatusMessage } from './http2.js';
import type { HeaderChange } from './stored-response.js';

/** What the handler gave a header, as one text, or `undefined` where it did not. */
export function headerText(headers: readonly HeaderChange[], name: string): string | undefined {
  for (const header of headers) {
    // By length first: it is asked for a few names, of every header of every response.
    if (header.name.length !== name.length || header.name.toLowerCase() !== name || header.kind === 'remove') continue;
    return header.kind === 'set' ? String(header.value) : header.values.join(', ');
  }
  return undefined;
}

/** The field names of a list such as `Vary` or `Connection`, in lower case. */
export function fieldNames(list: string | undefined): string[] {
  if (list === undefined) return [];
  return list
    .split(',')
    .map(name => name.trim().toLowerCase())
    .filter(name => name !== '');
}

/** Of one connection, not of the response (RFC 9110 §7.6.1), and the length, which is always that of the recorded body. */
const HOP_BY_HOP = new Set([
  'connection',
  'content-length',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** @param connection what the response's own `Connection` names @returns whether a header, in lower case, is of one connection */
export function hopByHopHeaders(connection: string | undefined): (name: string) => boolean {
  const named = fieldNames(connection);
  return name => HOP_BY_HOP.has(name) || named.includes(name);
}

/** The headers that may be kept with a response. */
export function storableHeaders(headers: readonly HeaderChange[]): HeaderChange[] {
  const isOfTheConnection = hopByHopHeaders(headerText(headers, 'connection'));
  return headers.filter(({ name }) => !isOfTheConnection(name.toLowerCase()));
}

/** The names of a response's headers as they were written; over HTTP/2 in lower case. */
export function rawHeaderNames(response: ServerResponse): string[] {
  // Node's own types give this to requests alone.
  const named = response as ServerResponse & { getRawHeaderNames?(): string[] };
  return named.getRawHeaderNames?.() ?? response.getHeaderNames();
}

/** Adds a value, or several, to a header, each in a line of its own. */
export function appendValues(response: ServerResponse, name: string, values: string | readonly string[]): void {
  if (!isHttp2(response.req)) {
    response.appendHeader(name, values);
    return;
  }
  // Node 20.0 has no `appendHeader` there.
  const before = response.getHeader(name);
  response.setHeader(name, before === undefined ? values : [...[before].flat().map(String), ...[values].flat()]);
}

/** Does to a response what the handler did to the recorded one. */
export function applyHeaders(response: ServerResponse, headers: readonly HeaderChange[]): void {
  for (const header of headers) {
    if (header.kind === 'remove') response.removeHeader(header.name);
    else if (header.kind === 'set') response.setHeader(header.name, header.value);
    else if (header.name.toLowerCase() === 'vary') vary(response, [...header.values]);
    else appendValues(response, header.name, header.values);
  }
}

/** Does to a response what `writeHead` was asked to do, without writing it. @param rest what it was given after the status */
export function setHead(response: ServerResponse, status: number, rest: readonly unknown[]): void {
  const [message, headers] = typeof rest[0] === 'string' ? rest : [undefined, rest[1] ?? rest[0]];
  response.statusCode = status;
  if (typeof message === 'string') setStatusMessage(response, message);
  setHeaders(response, headers);
}

/** Sets headers as they were given to `writeHead`: an object, or a list of names and values in turns. */
export function setHeaders(response: ServerResponse, headers: unknown): void {
  if (Array.isArray(headers)) {
    const list = headers as (string | string[])[];
    for (let index = 0; index < list.length; index += 2) response.removeHeader(String(list[index]));
    for (let index = 0; index < list.length; index += 2) appendValues(response, String(list[index]), list[index + 1] ?? '');
  } else if (headers !== undefined && headers !== null) {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value as string);
  }
}

/** The cookies that a response sets so far, as one text to compare. */
export function cookiesSetOn(response: ServerResponse): string {
  return String(response.getHeader('set-cookie'));
}
