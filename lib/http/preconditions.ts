import type { IncomingMessage, ServerResponse } from 'node:http';
import fresh from 'fresh';
import { setStatusMessage } from './http2.js';

/** The headers with which a client requests less than the complete response (RFC 9110 §13.1, §14.2). */
const CONDITIONS = ['if-none-match', 'if-modified-since', 'if-match', 'if-unmodified-since'] as const;
const RANGES = ['if-range', 'range'] as const;
const ALL = [...CONDITIONS, ...RANGES] as const;
/** The same list, typed as plain header names. */
export const CONDITIONS_AND_RANGES: readonly string[] = ALL;

/** Preconditions and ranges detached from a request. */
export type Preconditions = Readonly<Partial<Record<(typeof CONDITIONS)[number] | (typeof RANGES)[number], string>>>;

/**
 * Removes the preconditions from a request while its handler runs. A handler that answers 304 or 206 produces nothing to store,
 * so any client could force the handler to run each time. A server may ignore `Range` (RFC 9110 §14.2).
 */
export function detachPreconditions({ headers }: IncomingMessage, { keepRange }: { readonly keepRange: boolean }): Preconditions {
  const detached: Partial<Record<keyof Preconditions, string>> = {};
  for (const name of keepRange ? CONDITIONS : ALL) {
    const value = headers[name];
    if (value === undefined) continue;
    detached[name] = String(value);
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- absent, not undefined: handlers may test with `in`
    delete headers[name];
  }
  return detached;
}

export function restorePreconditions({ headers }: IncomingMessage, conditions: Preconditions): void {
  Object.assign(headers, conditions);
}

/**
 * True if the client already has this response, according to its current headers (RFC 9110 §13.2.2). Only a 2xx response can
 * become a
 * 304. Unlike in Express, the `Cache-Control` of the request has no influence: it is addressed to caches.
 *
 * @param isStreamed if true, `If-None-Match: *` does not match: a streamed response may never end, so it is not held back
 */
export function isNotModified(conditions: Preconditions, response: ServerResponse, isStreamed = false): boolean {
  if (isStreamed && conditions['if-none-match'] === '*') return false;
  return matchesValidators(conditions, response.statusCode, name => {
    const value = response.getHeader(name);
    return typeof value === 'string' ? value : undefined;
  });
}

/** True if the client already has the response with this status and these validators (RFC 9110 §8.8). */
export function matchesValidators(
  conditions: Preconditions,
  status: number,
  validator: (name: 'etag' | 'last-modified') => string | undefined,
): boolean {
  const { 'if-none-match': etags, 'if-modified-since': since } = conditions;
  // Most requests have no preconditions.
  if ((etags === undefined && since === undefined) || status < 200 || status > 299) return false;
  return fresh(
    { 'if-none-match': etags, 'if-modified-since': since },
    { etag: validator('etag'), 'last-modified': validator('last-modified') },
  );
}

/** Headers that a 304 does not have: of the representation, it sends the validators only (RFC 9110 §15.4.5). */
const REPRESENTATION_HEADERS = [
  'Content-Type',
  'Content-Length',
  'Content-Encoding',
  'Content-Language',
  'Content-Range',
  'Transfer-Encoding',
];

/** True if a header describes a body, which a 304 does not have. */
export function isRepresentationHeader(name: string): boolean {
  return REPRESENTATION_HEADERS.some(other => other.toLowerCase() === name.toLowerCase());
}

export function turnIntoNotModified(response: ServerResponse): void {
  response.statusCode = 304;
  setStatusMessage(response, 'Not Modified');
  for (const name of REPRESENTATION_HEADERS) response.removeHeader(name);
}
