import type { CachedOptions } from '../options/cached-options.js';
import { parseCacheControl } from '../http/cache-control.js';
import { headerText } from '../http/headers.js';
import type { HeaderChange } from '../http/stored-response.js';
import type { Entry } from '../stores/store.js';

/** The times after its expiry for which a stale response may be served (RFC 5861), in milliseconds. */
export interface StaleWindows {
  /** During a refresh. */
  readonly whileRevalidatingMs: number;
  /** In place of an error. */
  readonly ifErrorMs: number;
}

/**
 * Returns the windows of a response. Its own `Cache-Control` has priority over the action's options, as it has for the
 * lifetime.
 */
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

/**
 * Returns the time at which the store may delete an entry, in milliseconds since the epoch.
 *
 * @returns undefined if it is the expiry
 */
export function deleteAt(expiresAtMs: number, { whileRevalidatingMs, ifErrorMs }: StaleWindows): number | undefined {
  const windowMs = Math.max(whileRevalidatingMs, ifErrorMs);
  return windowMs === 0 || !Number.isFinite(expiresAtMs) ? undefined : expiresAtMs + windowMs;
}

/** Returns the windows that are open for an expired entry. */
export function openWindows(
  entry: Entry,
  options: CachedOptions,
  nowMs: number,
): Readonly<Record<'whileRevalidating' | 'ifError', boolean>> {
  const { whileRevalidatingMs, ifErrorMs } = staleWindows(options, entry.response.headers);
  const staleMs = nowMs - entry.expiresAtMs;
  return { whileRevalidating: staleMs < whileRevalidatingMs, ifError: staleMs < ifErrorMs };
}
