import type { IncomingMessage, ServerResponse } from 'node:http';
import { applyDownstreamPolicy, type DownstreamPolicy } from './downstream-policy.js';
import { isNotModified, turnIntoNotModified } from './preconditions.js';
import { applyHeaders, headerText } from './headers.js';
import { setStatusMessage } from './http2.js';
import { ageOf } from './storability.js';
import type { StoredResponse } from './stored-response.js';

/**
 * Answers a request with a stored response: the status, headers and bytes that the handler sent, or a 304 if the client has them.
 *
 * @param conclude called when the headers are set and no byte has been sent
 */
export function replay(
  request: IncomingMessage,
  response: ServerResponse,
  stored: StoredResponse,
  policy: DownstreamPolicy,
  ageSeconds: number,
  conclude: () => void,
): void {
  response.statusCode = stored.status;
  if (stored.statusMessage !== undefined) setStatusMessage(response, stored.statusMessage);
  applyHeaders(response, stored.headers);
  const age = ageHeader(stored, ageSeconds);
  if (age !== undefined) response.setHeader('Age', age);
  applyDownstreamPolicy(response, policy);
  conclude();

  if (isNotModified(request.headers, response)) {
    turnIntoNotModified(response);
    response.end();
  } else if (stored.status === 204) {
    response.end();
  } else {
    // A middleware may have announced trailers, which need a chunked body.
    if (!response.hasHeader('trailer')) response.setHeader('Content-Length', stored.body.length);
    if (stored.isStreamed) response.writeHead(response.statusCode);
    response.end(request.method === 'HEAD' ? undefined : bodyFor(response, stored));
  }
}

/** Removes from a response the headers that a failed replay has set. */
export function undoReplay(response: ServerResponse, { headers }: StoredResponse): void {
  response.statusCode = 200;
  setStatusMessage(response, '');
  for (const name of [...headers.map(header => header.name), 'Age', 'Content-Length']) response.removeHeader(name);
}

/** Returns the body, or a copy if a middleware has replaced `end`: it could change the stored bytes in place. */
function bodyFor(response: ServerResponse, { body }: StoredResponse): Buffer {
  return Object.hasOwn(response, 'end') ? Buffer.from(body) : body;
}

/**
 * Returns the `Age` of a replay in seconds. If the handler set the lifetime, clients count it from the time at which the response
 * was generated (RFC 9111 §4.2.3).
 *
 * @returns undefined if the handler set no lifetime
 */
export function ageHeader({ headers }: StoredResponse, ageSeconds: number): number | undefined {
  const hasOwnLifetime = ['cache-control', 'expires', 'age'].some(name => headerText(headers, name) !== undefined);
  return hasOwnLifetime ? ageOf(headers) + ageSeconds : undefined;
}
