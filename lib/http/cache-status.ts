/** The store had a fresh entry. `ttlSeconds` is `undefined` if the entry never expires. */
export interface HitOutcome {
  readonly kind: 'hit';
  readonly ttlSeconds: number | undefined;
}

/** The outcome of a request to a cached action. Each request has exactly one. */
export type Outcome =
  | HitOutcome
  /**
   * The handler ran. `detail` is the reason why its response is not stored, if the cache knows it before the headers are sent.
   */
  | { readonly kind: 'miss'; readonly detail?: string }
  /** The request received the response that the handler computed for another request. */
  | { readonly kind: 'collapsed' }
  /** The client received an expired response. `detail` is the reason; the client does not see it. */
  | { readonly kind: 'stale'; readonly detail: string }
  /** The request did not use the cache. */
  | { readonly kind: 'bypass'; readonly detail: string };

/** The largest integer of a structured field (RFC 9651 §3.3.1). */
const LARGEST_INTEGER = 999_999_999_999_999;

const TOKEN = /^[A-Za-z*][A-Za-z0-9:/!#$%&'*+.^_`|~-]*$/;

/** Writes the name of a cache for a `Cache-Status` header: as a token, or quoted if it is none (RFC 9211 §2). */
export function sfCacheName(cacheName: string): string {
  return TOKEN.test(cacheName) ? cacheName : sfString(cacheName);
}

/** Writes one member of a `Cache-Status` header (RFC 9211 §2). @param nameText the result of `sfCacheName` */
export function cacheStatus(nameText: string, outcome: Outcome): string {
  return `${nameText}; ${parameters(outcome)}`;
}

function parameters(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'hit':
      return outcome.ttlSeconds === undefined ? 'hit' : `hit; ttl=${Math.min(outcome.ttlSeconds, LARGEST_INTEGER)}`;
    case 'miss':
      return outcome.detail === undefined ? 'fwd=miss' : `fwd=miss; detail=${sfString(outcome.detail)}`;
    case 'collapsed':
      return 'fwd=miss; collapsed';
    case 'stale':
      return 'fwd=stale';
    case 'bypass':
      return `fwd=bypass; detail=${sfString(outcome.detail)}`;
  }
}

/**
 * Replaces this cache's own member in a `Cache-Status` header. If the member occurs several times, the last one is this cache's.
 *
 * @returns `undefined` if the header does not contain `before`
 */
export function replaceMember(
  header: number | string | readonly string[] | undefined,
  before: string,
  after: string,
): string[] | undefined {
  const members = header === undefined ? [] : [header].flat().map(String);
  const own = members.lastIndexOf(before);
  return own === -1 ? undefined : members.with(own, after);
}

/** Writes a structured-field string: printable ASCII in quotes (RFC 9651 §3.3.3). */
function sfString(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`;
}
