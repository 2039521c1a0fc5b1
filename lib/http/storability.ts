import { lifetimeOf } from '../time/clock.js';
import { parseCacheControl, type CacheControl } from './cache-control.js';
import { isPartial } from './content-range.js';
import { fieldNames, headerText } from './headers.js';
import type { HeaderChange } from './stored-response.js';

/** What of the action and its key decides whether a response may be kept. */
export interface StoringRules {
  /** Seconds; 0: never expires. */
  readonly timeout: number;
  /** Of this response alone, whatever its headers say; 0: never expires. */
  readonly ownTimeout?: number | undefined;
  readonly statuses: readonly number[];
  /** Request headers, in lower case, that the key covers; `*`: all, by the author's word. */
  readonly keyedHeaders: ReadonlySet<string>;
  /** Whether the key names the one caller that the response is for. */
  readonly isPerUser: boolean;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** Whether a response may be kept, and for how long. */
export type Storability =
  { readonly kind: 'storable'; readonly lifetimeMs: number } | { readonly kind: 'unstorable'; readonly reason: string };

/** Judges a response by its status and the headers that the handler set. */
export function storability(status: number, headers: readonly HeaderChange[], rules: StoringRules): Storability {
  if (!rules.statuses.includes(status)) return unstorable(`the status ${status} is not listed`);
  // RFC 9111 §3.3: a part would answer requests for the whole.
  if (isPartial(status)) return unstorable('it is a part of a response');
  // Server-sent events have no end.
  if (/^text\/event-stream\b/i.test(headerText(headers, 'content-type') ?? '')) return unstorable('it is a stream of events');
  if (headerText(headers, 'set-cookie') !== undefined) return unstorable('the response sets a cookie');
  // RFC 9110 §12.5.5: what selects the response must be in the key.
  const unkeyed = fieldNames(headerText(headers, 'vary')).find(name => !isKeyed(name, rules.keyedHeaders));
  if (unkeyed !== undefined) return unstorable(`Vary names ${unkeyed}, which is not in the key`);

  const own = parseCacheControl(headerText(headers, 'cache-control'));
  if (own.noStore) return unstorable('Cache-Control: no-store');
  if (own.noCache) return unstorable('Cache-Control: no-cache');
  if (own.private && !rules.isPerUser) return unstorable('Cache-Control: private, and the key names no caller');

  // The response's own word wins over `timeout`.
  const { timeout, ownTimeout, nowMs } = rules;
  const ownSeconds = ownTimeout === undefined ? ownLifetime(own, headers, nowMs) : lifetimeOf(ownTimeout);
  const seconds = ownSeconds ?? lifetimeOf(timeout);
  return seconds > 0 ? { kind: 'storable', lifetimeMs: seconds * 1000 } : unstorable('the response says that it has expired');
}

/** The lifetime that the handler gave, in seconds: `s-maxage`, else `max-age`, else `Expires`, less its `Age` (RFC 9111 §4.2). */
function ownLifetime({ lifetime }: CacheControl, headers: readonly HeaderChange[], nowMs: number): number | undefined {
  if (lifetime !== undefined) return lifetime - ageOf(headers);
  const expires = headerText(headers, 'expires');
  if (expires === undefined) return undefined;
  // RFC 9111 §5.3: what is no date, `0` above all, is a time in the past.
  const seconds = (Date.parse(expires) - dateOf(headers, nowMs)) / 1000 - ageOf(headers);
  return /^\d+$/.test(expires) || Number.isNaN(seconds) ? 0 : seconds;
}

function dateOf(headers: readonly HeaderChange[], nowMs: number): number {
  const date = Date.parse(headerText(headers, 'date') ?? '');
  return Number.isNaN(date) ? nowMs : date;
}

/** The seconds that a response had behind it when the handler gave it. */
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
