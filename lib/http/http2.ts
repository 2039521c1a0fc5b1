import type { IncomingMessage, ServerResponse } from 'node:http';

/** Whether a request is one of `node:http2`, whose compatibility API is not all that of `node:http`, nor that of its response. */
export function isHttp2({ httpVersionMajor }: Pick<IncomingMessage, 'httpVersionMajor'>): boolean {
  return httpVersionMajor === 2;
}

/** Sets the text beside the status, which HTTP/2 does not have (RFC 9113 §8.3.2): Node warns of it. */
export function setStatusMessage(response: ServerResponse, message: string): void {
  if (!isHttp2(response.req)) response.statusMessage = message;
}

/** The text beside the status; `''` over HTTP/2. */
export function statusMessageOf(response: ServerResponse): string {
  return isHttp2(response.req) ? '' : response.statusMessage;
}
