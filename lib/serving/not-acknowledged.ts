import type { ServerResponse } from 'node:http';

/** Seconds after which a client may repeat a write. */
export const RETRY_AFTER = '1';

/** Answers 503 in place of a response that acknowledges a write, because the invalidation did not reach the store. */
export function respondNotAcknowledged(response: ServerResponse): void {
  if (response.headersSent) return void response.destroy();
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.statusCode = 503;
  response.setHeader('Retry-After', RETRY_AFTER);
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  const message = 'The change may have been made, but the cache could not be reached.';
  response.end(JSON.stringify({ name: 'ChangeRefused', message }));
}
