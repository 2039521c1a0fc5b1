/** Answered from the store. `ttlSeconds` is missing where the entry never expires. */
export interface HitOutcome {
  readonly kind: 'hit';
  readonly ttlSeconds: number | undefined;
}

/** How a request to a cached action ended; each ends in exactly one. */
export type Outcome =
  | HitOutcome
  /** The handler ran. `detail`: why its response is not stored, where that is known when its headers go out. */
  | { readonly kind: 'miss'; readonly detail?: string }
  /** Answered by another request's computation. */
  | { readonly kind: 'collapsed' }
  /** Answered with a response that has expired. `detail`: why not with a fresh one; not for the client. */
  | { readonly kind: 'stale'; readonly detail: string }
  /** The cache was not asked. */
  | { readonly kind: 'bypass'; readonly detail: string };

/** RFC 9651 §3.3.1. */
const LARGEST_INTEGER = 999_999_999_999_999;

const TOKEN = /^[A-Za-z*][A-Za-z0-9:/!#$%&'*+.^_`|~-]*$/;

/** The name of a cache as a `Cache-Status` header has it. */
export function sfCacheName(cacheName: string): string {
  return TOKEN.test(cacheName) ? cacheName : sfString(cacheName);
}

/** One member of a `Cache-Status` header (RFC 9211 §2). @param nameText from `cacheNameText` */
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

/** A `Cache-Status` header in which this cache's own member says something else. @returns `undefined` where it has none */
export function replaceMember(
  header: number | string | readonly string[] | undefined,
  said: string,
  says: string,
): string[] | undefined {
  const members = header === undefined ? [] : [header].flat().map(String);
  const own = members.lastIndexOf(said);
  return own === -1 ? undefined : members.with(own, says);
}

/** RFC 8941 §3.3.3: printable ASCII in quotes. */
export function sfString(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, '?').replace(/["\\]/g, '\\$&')}"`;
}
