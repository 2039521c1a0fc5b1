import type { ServerResponse } from 'node:http';
import vary from 'vary';
import type { HeaderChange } from './stored-response.js';

/** What the handler gave a header, as one text, or `undefined` where it did not. */
export function headerText(headers: readonly HeaderChange[], name: string): string | undefined {
  for (const header of headers) {
    if (header.name.toLowerCase() !== name || header.kind === 'remove') continue;
    return header.kind === 'set' ? String(header.value) : header.values.join(', ');
  }
  return undefined;
}

/** The field names of a list such as `Vary` or `Connection`, in lower case. */
export function fieldNames(list: string | undefined): string[] {
  return (list ?? '')
    .split(',')
    .map(name => name.trim().toLowerCase())
    .filter(name => name !== '');
}

/** Of one connection, not of the response (RFC 9110 §7.6.1), and the length, which is always that of the recorded body. */
const OF_THE_CONNECTION = new Set([
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

/** @param name in lower case */
export function isOfTheConnection(name: string): boolean {
  return OF_THE_CONNECTION.has(name);
}

/** The headers that may be kept with a response. */
export function storableHeaders(headers: readonly HeaderChange[]): HeaderChange[] {
  const named = new Set(fieldNames(headerText(headers, 'connection')));
  return headers.filter(({ name }) => !isOfTheConnection(name.toLowerCase()) && !named.has(name.toLowerCase()));
}

/** Does to a response what the handler did to the recorded one. */
export function applyHeaders(response: ServerResponse, headers: readonly HeaderChange[]): void {
  for (const header of headers) {
    if (header.kind === 'remove') response.removeHeader(header.name);
    else if (header.kind === 'set') response.setHeader(header.name, header.value);
    else if (header.name.toLowerCase() === 'vary') vary(response, [...header.values]);
    else response.appendHeader(header.name, [...header.values]);
  }
}
