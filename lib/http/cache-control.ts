/** The directives that decide over storing (RFC 9111 §5.2.2). */
export interface CacheControl {
  readonly noStore: boolean;
  readonly noCache: boolean;
  readonly private: boolean;
  /** Seconds: `s-maxage`, else `max-age`. A value that is no number counts as 0 (RFC 9111 §4.2.1). */
  readonly lifetime: number | undefined;
  /** Whether it may not be used when it has expired: `must-revalidate`, or `proxy-revalidate`. */
  readonly mustRevalidate: boolean;
  /** Seconds past its lifetime (RFC 5861 §3). */
  readonly staleWhileRevalidate: number | undefined;
  /** Seconds past its lifetime (RFC 5861 §4). */
  readonly staleIfError: number | undefined;
}

const DIRECTIVE = /(?<name>[^\s,;=]+)(?:\s*=\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<token>[^\s,]*)))?/g;

const NONE: CacheControl = {
  noStore: false,
  noCache: false,
  private: false,
  lifetime: undefined,
  mustRevalidate: false,
  staleWhileRevalidate: undefined,
  staleIfError: undefined,
};

export function parseCacheControl(header: string | undefined): CacheControl {
  if (header === undefined) return NONE;
  const directives = new Map<string, string>();
  for (const { groups } of header.matchAll(DIRECTIVE)) {
    const name = groups?.name?.toLowerCase() ?? '';
    // The first of several counts (RFC 9111 §4.2.1).
    if (!directives.has(name)) directives.set(name, groups?.quoted ?? groups?.token ?? '');
  }
  return {
    noStore: directives.has('no-store'),
    noCache: directives.has('no-cache'),
    private: directives.has('private'),
    lifetime: seconds(directives.get('s-maxage') ?? directives.get('max-age')),
    mustRevalidate: directives.has('must-revalidate') || directives.has('proxy-revalidate'),
    staleWhileRevalidate: seconds(directives.get('stale-while-revalidate')),
    staleIfError: seconds(directives.get('stale-if-error')),
  };
}

/** What a cache takes for a number that it cannot hold (RFC 9111 §1.2.2). */
const MAX_DELTA_SECONDS = 2 ** 31;

function seconds(value: string | undefined): number | undefined {
  return value === undefined ? undefined : /^\d+$/.test(value) ? Math.min(Number(value), MAX_DELTA_SECONDS) : 0;
}
