import type { IncomingMessage, ServerResponse } from 'node:http';
import fresh from 'fresh';
import { setStatusMessage } from './http2.js';

/** The headers by which a client asks for less than the whole response (RFC 9110 §13.1, §14.2). */
const CONDITIONS = ['if-none-match', 'if-modified-since', 'if-match', 'if-unmodified-since'] as const;
const RANGES = ['if-range', 'range'] as const;
const ALL = [...CONDITIONS, ...RANGES] as const;
/** The same, as names of headers. */
export const CONDITIONS_AND_RANGES: readonly string[] = ALL;

/** Conditions taken off a request. */
export type Preconditions = Readonly<Partial<Record<(typeof CONDITIONS)[number] | (typeof RANGES)[number], string>>>;

/**
 * Takes the conditions off the request while its handler runs: a handler that answers 304 or 206 would leave nothing to keep, and any
 * client could force it to run each time. A server may ignore `Range` (RFC 9110 §14.2).
 */
export function detachPreconditions({ headers }: IncomingMessage, { keepRange }: { readonly keepRange: boolean }): Preconditions {
  const taken: Partial<Record<keyof Preconditions, string>> = {};
  for (const name of keepRange ? CONDITIONS : ALL) {
    const value = headers[name];
    if (value === undefined) continue;
    taken[name] = String(value);
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- absent, not undefined: handlers may ask with `in`
    delete headers[name];
  }
  return taken;
}

export function restorePreconditions({ headers }: IncomingMessage, conditions: Preconditions): void {
  Object.assign(headers, conditions);
}

/**
 * Whether the client has this response already (RFC 9110 §13.2.2), by the headers that now stand in it. Only a success can be
 * confirmed so. The request's `Cache-Control` has no say in it, although Express lets it: it is for caches on the way.
 *
 * @param isInPieces `*` matches whatever comes: a response in pieces, which may never end, is not held back for that
 */
export function isNotModified(conditions: Preconditions, response: ServerResponse, isInPieces = false): boolean {
  if (isInPieces && conditions['if-none-match'] === '*') return false;
  return matchesValidators(conditions, response.statusCode, name => {
    const value = response.getHeader(name);
    return typeof value === 'string' ? value : undefined;
  });
}

/** Whether a response of this status and these validators (RFC 9110 §8.8) is the one that the client has. */
export function matchesValidators(
  conditions: Preconditions,
  status: number,
  validator: (name: 'etag' | 'last-modified') => string | undefined,
): boolean {
  const { 'if-none-match': etags, 'if-modified-since': since } = conditions;
  // Of most requests there is nothing to ask.
  if ((etags === undefined && since === undefined) || status < 200 || status > 299) return false;
  return fresh(
    { 'if-none-match': etags, 'if-modified-since': since },
    { etag: validator('etag'), 'last-modified': validator('last-modified') },
  );
}

/** RFC 9110 §15.4.5: a 304 describes no representation but by its validators. */
const REPRESENTATION_HEADERS = [
  'Content-Type',
  'Content-Length',
  'Content-Encoding',
  'Content-Language',
  'Content-Range',
  'Transfer-Encoding',
];

/** Whether a header describes a body, which a 304 has not. */
export function isRepresentationHeader(name: string): boolean {
  return REPRESENTATION_HEADERS.some(other => other.toLowerCase() === name.toLowerCase());
}

export function turnIntoNotModified(response: ServerResponse): void {
  response.statusCode = 304;
  setStatusMessage(response, 'Not Modified');
  for (const name of REPRESENTATION_HEADERS) response.removeHeader(name);
}
