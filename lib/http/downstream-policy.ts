import type { ServerResponse } from 'node:http';
import vary from 'vary';

/** What caches and browsers behind this one are told about a response that this cache may keep. */
export interface DownstreamPolicy {
  /** Request headers that select the response, for `Vary`. */
  readonly varyHeaders: readonly string[];
  /** Seconds a browser may reuse the response unasked; 0: it must ask. */
  readonly clientTimeout: number;
  /** Whether the response is one caller's. */
  readonly isPrivate: boolean;
}

/** Names what the response depends on. What it says of its own lifetime already is left as it is. */
export function applyDownstreamPolicy(response: ServerResponse, rules: DownstreamPolicy): void {
  if (rules.varyHeaders.length > 0) vary(response, [...rules.varyHeaders]);
  if (response.hasHeader('cache-control')) return;
  if (response.hasHeader('expires')) {
    if (rules.isPrivate) response.setHeader('Cache-Control', 'private');
    return;
  }
  // RFC 9111 §5.2.2.4: no-cache may be kept, but not used without asking; with an ETag that costs a 304.
  const reuse = rules.clientTimeout === 0 ? 'no-cache' : `max-age=${rules.clientTimeout}`;
  response.setHeader('Cache-Control', rules.isPrivate ? `private, ${reuse}` : reuse);
}
