/** The directives that decide over storing (RFC 9111 §5.2.2). */
export interface CacheControl {
  readonly noStore: boolean;
  readonly noCache: boolean;
  readonly private: boolean;
  /** Seconds: `s-maxage`, else `max-age`. A value that is no number counts as 0 (RFC 9111 §4.2.1). */
  readonly lifetime: number | undefined;
}

const DIRECTIVE = /(?<name>[^\s,;=]+)(?:\s*=\s*(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<token>[^\s,]*)))?/g;

const NONE: CacheControl = { noStore: false, noCache: false, private: false, lifetime: undefined };

export function parseCacheControl(header: string | undefined): CacheControl {
  if (header === undefined) return NONE;
  const directives = new Map<string, string>();
  for (const { groups } of header.matchAll(DIRECTIVE)) {
    const name = groups?.name?.toLowerCase() ?? '';
    // The first of several counts (RFC 9111 §4.2.1).
    if (!directives.has(name)) directives.set(name, groups?.quoted ?? groups?.token ?? '');
  }
  const lifetime = directives.get('s-maxage') ?? directives.get('max-age');
  return {
    noStore: directives.has('no-store'),
    noCache: directives.has('no-cache'),
    private: directives.has('private'),
    lifetime: lifetime === undefined ? undefined : /^\d+$/.test(lifetime) ? Number(lifetime) : 0,
  };
}
