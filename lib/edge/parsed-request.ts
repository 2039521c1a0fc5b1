import type { IncomingMessage, RequestListener } from 'node:http';
import { isHttp2 } from '../http/http2.js';
import type { VariantSelector } from '../http/variant.js';

/** What a request asks, as far as it is known before Express has read it. */
export interface ParsedRequest extends VariantSelector {
  readonly request: IncomingMessage;
  readonly response: Parameters<RequestListener>[1];
  /** Tells this spelling of a URL from all others. */
  readonly rawUrl: string;
}

/** Longer ones are no browser's. */
const MAX_ACCEPT_ENCODING = 200;

/** @returns `undefined` for what no entry could answer */
export function parseEdgeRequest(request: IncomingMessage, response: ParsedRequest['response']): ParsedRequest | undefined {
  const { method, url = '', headers } = request;
  if ((method !== 'GET' && method !== 'HEAD') || isHttp2(request)) return undefined;
  const acceptEncoding = normaliseAcceptEncoding(headers['accept-encoding']);
  if (acceptEncoding.length > MAX_ACCEPT_ENCODING) return undefined;
  const host = headers.host ?? '';
  // No line feed can be in a header or a URL. HEAD may have an action of its own, so it has to be seen where it leads.
  const rawUrl = method === 'GET' ? `${host}\n${url}` : `HEAD\n${host}\n${url}`;
  return { request, response, host, acceptEncoding, rawUrl };
}

/** The order of encodings stays: of two that are equally welcome a server may take the first. */
function normaliseAcceptEncoding(acceptEncoding: string | string[] | undefined): string {
  if (acceptEncoding === undefined) return '';
  // RFC 9110 §12.5.3: to accept nothing by name is not the same as to say nothing.
  if (acceptEncoding === '') return 'identity';
  return String(acceptEncoding)
    .replace(/[ \t]+/g, '')
    .toLowerCase();
}
