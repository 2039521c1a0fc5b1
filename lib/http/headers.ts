import type { ServerResponse } from 'node:http';
import vary from 'vary';
import { isHttp2, setStatusMessage } from './http2.js';
import type { HeaderChange } from './stored-response.js';

/** Returns the value that the handler set or appended, as one text. @returns undefined if the handler did neither */
export function headerText(headers: readonly HeaderChange[], name: string): string | undefined {
  for (const header of headers) {
    // The length is compared first, because this runs for a few names against each header of each response.
    if (header.name.length !== name.length || header.name.toLowerCase() !== name || header.kind === 'remove') continue;
    return header.kind === 'set' ? String(header.value) : header.values.join(', ');
  }
  return undefined;
}

/** Returns the field names of a list such as `Vary` or `Connection`, in lower case. */
export function fieldNames(list: string | undefined): string[] {
  if (list === undefined) return [];
  return list
    .split(',')
    .map(name => name.trim().toLowerCase())
    .filter(name => name !== '');
}

/** Headers of one connection (RFC 9110 §7.6.1), and `Content-Length`, which is always computed from the recorded body. */
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

/** @param connection the `Connection` of the response @returns a predicate: true if a header (in lower case) is hop-by-hop */
export function hopByHopHeaders(connection: string | undefined): (name: string) => boolean {
  const named = fieldNames(connection);
  return name => HOP_BY_HOP.has(name) || named.includes(name);
}

/** Returns the headers without the hop-by-hop ones, which must not be stored (RFC 9111 §3.1). */
export function storableHeaders(headers: readonly HeaderChange[]): HeaderChange[] {
  const isHopByHop = hopByHopHeaders(headerText(headers, 'connection'));
  return headers.filter(({ name }) => !isHopByHop(name.toLowerCase()));
}

/** Returns the header names of a response in their original case; over HTTP/2 in lower case. */
export function rawHeaderNames(response: ServerResponse): string[] {
  // Node's types declare this method for requests only.
  const named = response as ServerResponse & { getRawHeaderNames?(): string[] };
  return named.getRawHeaderNames?.() ?? response.getHeaderNames();
}

/** Appends one or more values to a header, each in a separate line. */
export function appendValues(response: ServerResponse, name: string, values: string | readonly string[]): void {
  if (!isHttp2(response.req)) {
    response.appendHeader(name, values);
    return;
  }
  // Over HTTP/2, Node 20.0 has no `appendHeader`.
  const before = response.getHeader(name);
  response.setHeader(name, before === undefined ? values : [...[before].flat().map(String), ...[values].flat()]);
}

/** Applies the handler's header changes to a response. */
export function applyHeaders(response: ServerResponse, headers: readonly HeaderChange[]): void {
  for (const header of headers) {
    if (header.kind === 'remove') response.removeHeader(header.name);
    else if (header.kind === 'set') response.setHeader(header.name, header.value);
    else if (header.name.toLowerCase() === 'vary') vary(response, [...header.values]);
    else appendValues(response, header.name, header.values);
  }
}

/** Applies the arguments of `writeHead` to a response without writing the head. @param rest the arguments after the status */
export function setHead(response: ServerResponse, status: number, rest: readonly unknown[]): void {
  const [message, headers] = typeof rest[0] === 'string' ? rest : [undefined, rest[1] ?? rest[0]];
  response.statusCode = status;
  if (typeof message === 'string') setStatusMessage(response, message);
  setHeaders(response, headers);
}

/** Sets headers given as `writeHead` accepts them: an object, or an array of alternating names and values. */
export function setHeaders(response: ServerResponse, headers: unknown): void {
  if (Array.isArray(headers)) {
    const list = headers as (string | string[])[];
    for (let index = 0; index < list.length; index += 2) response.removeHeader(String(list[index]));
    for (let index = 0; index < list.length; index += 2) appendValues(response, String(list[index]), list[index + 1] ?? '');
  } else if (headers !== undefined && headers !== null) {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value as string);
  }
}

/** Returns the `Set-Cookie` values of a response as one text, for comparison. */
export function cookiesSetOn(response: ServerResponse): string {
  return String(response.getHeader('set-cookie'));
}
