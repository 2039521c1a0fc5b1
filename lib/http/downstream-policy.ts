import type { ServerResponse } from 'node:http';
import vary from 'vary';

/** The `Vary` and `Cache-Control` of a storable response, for browsers and for caches between this one and the client. */
export interface DownstreamPolicy {
  /** Request headers that select the response. They go into `Vary`. */
  readonly varyHeaders: readonly string[];
  /** Seconds in which a browser may reuse the response without a request; 0: it must revalidate each time. */
  readonly clientTimeout: number;
  /** True if the response is for one caller only. */
  readonly isPrivate: boolean;
}

/** Adds `Vary` and `Cache-Control` to a response. A `Cache-Control` or `Expires` of the handler is not overwritten. */
export function applyDownstreamPolicy(response: ServerResponse, policy: DownstreamPolicy): void {
  if (policy.varyHeaders.length > 0) vary(response, [...policy.varyHeaders]);
  if (response.hasHeader('cache-control')) return;
  if (response.hasHeader('expires')) {
    if (policy.isPrivate) response.setHeader('Cache-Control', 'private');
    return;
  }
  response.setHeader('Cache-Control', cacheControlOf(policy));
}

/** Returns the `Cache-Control` of a response whose handler sets none. */
export function cacheControlOf({ clientTimeout, isPrivate }: DownstreamPolicy): string {
  // RFC 9111 §5.2.2.4: a client may store a no-cache response but must revalidate it. With an ETag, that costs a 304.
  const reuse = clientTimeout === 0 ? 'no-cache' : `max-age=${clientTimeout}`;
  return isPrivate ? `private, ${reuse}` : reuse;
}
