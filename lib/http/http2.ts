import type { IncomingMessage, ServerResponse } from 'node:http';

/**
 * True if a request comes from `node:http2`. Its compatibility API lacks parts of `node:http`, and so does that of its response.
 */
export function isHttp2({ httpVersionMajor }: Pick<IncomingMessage, 'httpVersionMajor'>): boolean {
  return httpVersionMajor === 2;
}

/** Sets the reason phrase, except over HTTP/2, which has none (RFC 9113 §8.3.2) and where Node prints a warning. */
export function setStatusMessage(response: ServerResponse, message: string): void {
  if (!isHttp2(response.req)) response.statusMessage = message;
}

/** Returns the reason phrase; `''` over HTTP/2. */
export function statusMessageOf(response: ServerResponse): string {
  return isHttp2(response.req) ? '' : response.statusMessage;
}
