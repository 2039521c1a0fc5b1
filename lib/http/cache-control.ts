/** The response directives that decide whether and how long a response is stored (RFC 9111 §5.2.2). */
export interface CacheControl {
  readonly noStore: boolean;
  readonly noCache: boolean;
  readonly private: boolean;
  /** `s-maxage`, else `max-age`, in seconds. An invalid value counts as 0 (RFC 9111 §4.2.1). */
  readonly lifetime: number | undefined;
  /** True if a cache must not serve the response after it has expired: `must-revalidate` or `proxy-revalidate`. */
  readonly mustRevalidate: boolean;
  /** Seconds after the end of the lifetime (RFC 5861 §3). */
  readonly staleWhileRevalidate: number | undefined;
  /** Seconds after the end of the lifetime (RFC 5861 §4). */
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
    // If a directive occurs several times, the first one counts (RFC 9111 §4.2.1).
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

/** The value of every larger number of seconds (RFC 9111 §1.2.2). */
const MAX_DELTA_SECONDS = 2 ** 31;

function seconds(value: string | undefined): number | undefined {
  return value === undefined ? undefined : /^\d+$/.test(value) ? Math.min(Number(value), MAX_DELTA_SECONDS) : 0;
}
