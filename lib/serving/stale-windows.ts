import type { CachedOptions } from '../options/cached-options.js';
import { parseCacheControl } from '../http/cache-control.js';
import { headerText } from '../http/headers.js';
import type { HeaderChange } from '../http/stored-response.js';
import type { Entry } from '../stores/store.js';

/** Milliseconds past its lifetime in which a response may still be served (RFC 5861). */
export interface StaleWindows {
  /** While it is computed anew. */
  readonly whileRevalidatingMs: number;
  /** When computing it anew fails. */
  readonly ifErrorMs: number;
}

/** The response's own word wins over the action's options, as it does for its lifetime. */
export function staleWindows(
  { staleWhileRevalidate = 0, staleIfError = 0 }: CachedOptions,
  headers: readonly HeaderChange[],
): StaleWindows {
  const own = parseCacheControl(headerText(headers, 'cache-control'));
  if (own.mustRevalidate) return { whileRevalidatingMs: 0, ifErrorMs: 0 };
  return {
    whileRevalidatingMs: (own.staleWhileRevalidate ?? staleWhileRevalidate) * 1000,
    ifErrorMs: (own.staleIfError ?? staleIfError) * 1000,
  };
}

/** Until when an entry is kept, in milliseconds since the epoch; `undefined`: until it expires. */
export function deleteAt(expiresAtMs: number, { whileRevalidatingMs, ifErrorMs }: StaleWindows): number | undefined {
  const graceMs = Math.max(whileRevalidatingMs, ifErrorMs);
  return graceMs === 0 || !Number.isFinite(expiresAtMs) ? undefined : expiresAtMs + graceMs;
}

/** What may still be done with an entry that has expired. */
export function openWindows(
  entry: Entry,
  options: CachedOptions,
  nowMs: number,
): Readonly<Record<'whileRevalidating' | 'ifError', boolean>> {
  const { whileRevalidatingMs, ifErrorMs } = staleWindows(options, entry.response.headers);
  const pastMs = nowMs - entry.expiresAtMs;
  return { whileRevalidating: pastMs < whileRevalidatingMs, ifError: pastMs < ifErrorMs };
}
