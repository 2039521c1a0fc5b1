import type { IncomingMessage, ServerResponse } from 'node:http';
import { matchesValidators, isRepresentationHeader } from './preconditions.js';
import type { StoredResponse } from './stored-response.js';
import type { Variant } from './variant.js';

/**
 * Answers a request with the bytes that an earlier response sent. No middleware runs between this function and the socket. No
 * code reads or changes the headers, so they go to `writeHead` as an array.
 *
 * @param cacheStatus this cache's member of `Cache-Status`; `undefined`: none
 */
export function sendVariant(
  request: IncomingMessage,
  response: ServerResponse,
  stored: StoredResponse,
  variant: Variant,
  ageSeconds: number,
  cacheStatus: string | undefined,
): void {
  const headers = cacheStatus === undefined ? [...variant.headers] : [...variant.headers, 'Cache-Status', cacheStatus];
  if (variant.age !== undefined) headers.push('Age', String(variant.age + ageSeconds));
  if (matchesValidators(request.headers, stored.status, name => valueOf(variant, name))) {
    response.writeHead(304, 'Not Modified', withoutBody(headers));
    response.end();
    return;
  }
  response.writeHead(stored.status, variant.statusMessage, headers);
  if (stored.status === 204 || request.method === 'HEAD') response.end();
  else if (typeof variant.body === 'string') response.end(variant.body, 'latin1');
  else response.end(variant.body ?? stored.body);
}

function valueOf({ headers }: Variant, key: string): string | undefined {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index]?.toLowerCase() === key) return headers[index + 1];
  }
  return undefined;
}

function withoutBody(headers: readonly string[]): string[] {
  return headers.filter((_text, index) => !isRepresentationHeader(headers[index - (index % 2)] ?? ''));
}
