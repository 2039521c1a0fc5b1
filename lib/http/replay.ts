import type { IncomingMessage, ServerResponse } from 'node:http';
import { applyDownstreamPolicy, type DownstreamPolicy } from './downstream-policy.js';
import { isNotModified, turnIntoNotModified } from './preconditions.js';
import { applyHeaders, headerText } from './headers.js';
import { setStatusMessage } from './http2.js';
import { ageOf } from './storability.js';
import type { StoredResponse } from './stored-response.js';

/**
 * Answers a request with a recorded response: status, headers and bytes as the handler made them, or 304 where the client has them.
 *
 * @param conclude called when the response has its headers and nothing has been sent
 */
export function replay(
  request: IncomingMessage,
  response: ServerResponse,
  stored: StoredResponse,
  rules: DownstreamPolicy,
  ageSeconds: number,
  conclude: () => void,
): void {
  response.statusCode = stored.status;
  if (stored.statusMessage !== undefined) setStatusMessage(response, stored.statusMessage);
  applyHeaders(response, stored.headers);
  const age = ageHeader(stored, ageSeconds);
  if (age !== undefined) response.setHeader('Age', age);
  applyDownstreamPolicy(response, rules);
  conclude();

  if (isNotModified(request.headers, response)) {
    turnIntoNotModified(response);
    response.end();
  } else if (stored.status === 204) {
    response.end();
  } else {
    // Trailers, which a middleware has announced, come only after chunks.
    if (!response.hasHeader('trailer')) response.setHeader('Content-Length', stored.body.length);
    if (stored.isStreamed) response.writeHead(response.statusCode);
    response.end(request.method === 'HEAD' ? undefined : bodyFor(response, stored));
  }
}

/** Takes off a response what a replay that failed has set. */
export function undoReplay(response: ServerResponse, { headers }: StoredResponse): void {
  response.statusCode = 200;
  setStatusMessage(response, '');
  for (const name of [...headers.map(header => header.name), 'Age', 'Content-Length']) response.removeHeader(name);
}

/** A middleware that has put itself before `end` could change the bytes in place: it gets a copy. */
function bodyFor(response: ServerResponse, { body }: StoredResponse): Buffer {
  return Object.hasOwn(response, 'end') ? Buffer.from(body) : body;
}

/** Where the handler gave the lifetime, clients count it from when the response was made (RFC 9111 §4.2.3), in seconds. */
export function ageHeader({ headers }: StoredResponse, ageSeconds: number): number | undefined {
  const hasOwnLifetime = ['cache-control', 'expires', 'age'].some(name => headerText(headers, name) !== undefined);
  return hasOwnLifetime ? ageOf(headers) + ageSeconds : undefined;
}
