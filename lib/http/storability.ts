import { parseCacheControl } from './cache-control.js';
import { fieldNames, headerText } from './header-changes.js';
import type { HeaderChange } from './stored-response.js';

/** What of the action and its key decides whether a response may be kept. */
export interface StoringRules {
  /** Seconds; 0: never expires. */
  readonly timeout: number;
  readonly statuses: readonly number[];
  /** Request headers, in lower case, that the key covers; `*`: all, by the author's word. */
  readonly keyedHeaders: ReadonlySet<string>;
  /** Whether the key names the one caller that the response is for. */
  readonly namesCaller: boolean;
}

/** Whether a response may be kept, and for how long. */
export type Storability =
  { readonly kind: 'storable'; readonly lifetimeMs: number } | { readonly kind: 'unstorable'; readonly reason: string };

/** Judges a response by its status and the headers that the handler set. */
export function storability(status: number, headers: readonly HeaderChange[], rules: StoringRules): Storability {
  if (!rules.statuses.includes(status)) return unstorable(`the status ${status} is not listed`);
  if (headerText(headers, 'set-cookie') !== undefined) return unstorable('the response sets a cookie');
  // RFC 9110 §12.5.5: what selects the response must be in the key.
  const unkeyed = fieldNames(headerText(headers, 'vary')).find(name => !isKeyed(name, rules.keyedHeaders));
  if (unkeyed !== undefined) return unstorable(`Vary names ${unkeyed}, which is not in the key`);

  // The response's own word wins over `timeout` (RFC 9111 §4.2.1, §5.2.2).
  const own = parseCacheControl(headerText(headers, 'cache-control') ?? '');
  if (own.noStore) return unstorable('Cache-Control: no-store');
  if (own.noCache) return unstorable('Cache-Control: no-cache');
  if (own.private && !rules.namesCaller) return unstorable('Cache-Control: private, and the key names no caller');
  if (own.lifetime !== undefined) {
    return own.lifetime > 0 ? storableFor(own.lifetime) : unstorable('Cache-Control gives it no lifetime');
  }
  return storableFor(rules.timeout === 0 ? Infinity : rules.timeout);
}

function isKeyed(name: string, keyed: ReadonlySet<string>): boolean {
  return name !== '*' && (keyed.has('*') || keyed.has(name));
}

function storableFor(seconds: number): Storability {
  return { kind: 'storable', lifetimeMs: seconds * 1000 };
}

function unstorable(reason: string): Storability {
  return { kind: 'unstorable', reason };
}
