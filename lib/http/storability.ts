import { lifetimeOf } from '../time/clock.js';
import { parseCacheControl, type CacheControl } from './cache-control.js';
import { isPartial } from './content-range.js';
import { fieldNames, headerText } from './headers.js';
import type { HeaderChange } from './stored-response.js';

/** The properties of the action and its key that decide whether a response is stored. */
export interface StoringRules {
  /** The lifetime of responses without their own, in seconds; 0: never expires. */
  readonly timeout: number;
  /** A lifetime in seconds for this response alone. It overrides the headers; 0: never expires. */
  readonly ownTimeout?: number | undefined;
  readonly statuses: readonly number[];
  /** Names in lower case of the request headers in the key; `*`: the author declares that the key covers all. */
  readonly keyedHeaders: ReadonlySet<string>;
  /** True if the key identifies the caller that the response is for. */
  readonly isPerUser: boolean;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** The decision whether a response is stored, and for how long. */
export type Storability =
  { readonly kind: 'storable'; readonly lifetimeMs: number } | { readonly kind: 'unstorable'; readonly reason: string };

/** Decides whether a response is storable, by its status and the headers that the handler set (RFC 9111 §3). */
export function storability(status: number, headers: readonly HeaderChange[], rules: StoringRules): Storability {
  if (!rules.statuses.includes(status)) return unstorable(`the status ${status} is not listed`);
  // RFC 9111 §3.3: a stored part would answer requests for the complete response.
  if (isPartial(status)) return unstorable('it is a part of a response');
  // A stream of server-sent events does not end.
  if (/^text\/event-stream\b/i.test(headerText(headers, 'content-type') ?? '')) return unstorable('it is a stream of events');
  if (headerText(headers, 'set-cookie') !== undefined) return unstorable('the response sets a cookie');
  // RFC 9110 §12.5.5: each header that selects the response must be in the key.
  const unkeyed = fieldNames(headerText(headers, 'vary')).find(name => !isKeyed(name, rules.keyedHeaders));
  if (unkeyed !== undefined) return unstorable(`Vary names ${unkeyed}, which is not in the key`);

  const own = parseCacheControl(headerText(headers, 'cache-control'));
  if (own.noStore) return unstorable('Cache-Control: no-store');
  if (own.noCache) return unstorable('Cache-Control: no-cache');
  if (own.private && !rules.isPerUser) return unstorable('Cache-Control: private, and the key names no caller');

  // A lifetime in the response takes precedence over `timeout`.
  const { timeout, ownTimeout, nowMs } = rules;
  const ownSeconds = ownTimeout === undefined ? ownLifetime(own, headers, nowMs) : lifetimeOf(ownTimeout);
  const seconds = ownSeconds ?? lifetimeOf(timeout);
  return seconds > 0 ? { kind: 'storable', lifetimeMs: seconds * 1000 } : unstorable('the response has already expired');
}

/** Returns the handler's lifetime in seconds: `s-maxage`, else `max-age`, else `Expires`, minus `Age` (RFC 9111 §4.2). */
function ownLifetime({ lifetime }: CacheControl, headers: readonly HeaderChange[], nowMs: number): number | undefined {
  if (lifetime !== undefined) return lifetime - ageOf(headers);
  const expires = headerText(headers, 'expires');
  if (expires === undefined) return undefined;
  // RFC 9111 §5.3: an invalid date, `0` in particular, means a time in the past.
  const seconds = (Date.parse(expires) - dateOf(headers, nowMs)) / 1000 - ageOf(headers);
  return /^\d+$/.test(expires) || Number.isNaN(seconds) ? 0 : seconds;
}

function dateOf(headers: readonly HeaderChange[], nowMs: number): number {
  const date = Date.parse(headerText(headers, 'date') ?? '');
  return Number.isNaN(date) ? nowMs : date;
}

/** Returns the age in seconds that the handler gave the response. @default 0 */
export function ageOf(headers: readonly HeaderChange[]): number {
  const age = headerText(headers, 'age') ?? '';
  return /^\d+$/.test(age) ? Number(age) : 0;
}

function isKeyed(name: string, keyed: ReadonlySet<string>): boolean {
  return name !== '*' && (keyed.has('*') || keyed.has(name));
}

function unstorable(reason: string): Storability {
  return { kind: 'unstorable', reason };
}
