import type { IncomingMessage, RequestListener } from 'node:http';
import { isHttp2 } from '../http/http2.js';
import type { VariantSelector } from '../http/variant.js';

/** A request, as parsed before Express has seen it. */
export interface ParsedRequest extends VariantSelector {
  readonly request: IncomingMessage;
  readonly response: Parameters<RequestListener>[1];
  /** The method, the host and the URL, exactly as the client sent them. */
  readonly rawUrl: string;
}

/** The longest accepted `Accept-Encoding`. No browser sends a longer one. */
const MAX_ACCEPT_ENCODING = 200;

/** Parses a request. @returns undefined if no entry can answer it */
export function parseEdgeRequest(request: IncomingMessage, response: ParsedRequest['response']): ParsedRequest | undefined {
  const { method, url = '', headers } = request;
  if ((method !== 'GET' && method !== 'HEAD') || isHttp2(request)) return undefined;
  const acceptEncoding = normaliseAcceptEncoding(headers['accept-encoding']);
  if (acceptEncoding.length > MAX_ACCEPT_ENCODING) return undefined;
  const host = headers.host ?? '';
  // Neither a header nor a URL contains a line feed. HEAD has its own alias, because it may have its own action.
  const rawUrl = method === 'GET' ? `${host}\n${url}` : `HEAD\n${host}\n${url}`;
  return { request, response, host, acceptEncoding, rawUrl };
}

/** Removes differences without meaning. The order stays: of two equal preferences, a server may take the first. */
function normaliseAcceptEncoding(acceptEncoding: string | string[] | undefined): string {
  if (acceptEncoding === undefined) return '';
  // RFC 9110 §12.5.3: an empty header accepts no encoding; a missing header accepts any.
  if (acceptEncoding === '') return 'identity';
  return String(acceptEncoding)
    .replace(/[ \t]+/g, '')
    .toLowerCase();
}
