/** One spelling for all spellings of a path by which Express reaches the same action. */
export interface CanonicalPath {
  /** Begins with a slash, ends without; each segment percent-encoded. The root is the empty string. */
  readonly path: string;
  /**
   * True where the path's fixed parts are known only as the client wrote them (a RegExp, a wildcard), so that letter case says
   * nothing: invalidations reach it whatever the case.
   */
  readonly ignoresCase: boolean;
}

/** Decodes and encodes each segment and drops a trailing slash, so that `/%62ob/` and `/bob` are one. */
export function canonicalise(path: string): string {
  return canonicalSegments(path.endsWith('/') ? path.slice(0, -1) : path);
}

export function canonicalSegments(path: string): string {
  return path.split('/').map(canonicalSegment).join('/');
}

export function canonicalSegment(segment: string): string {
  try {
    return encodeURIComponent(decodeURIComponent(segment));
  } catch {
    // Not UTF-8 when decoded, or a lone surrogate: encoding what stands there keeps it apart from everything else.
    return encodeURIComponent(segment.toWellFormed());
  }
}

/** Tests in whole segments whether a path is a canonical prefix or begins with it. */
export function isUnderPrefix(prefix: string, { path, ignoresCase }: CanonicalPath): boolean {
  const [under, top] = ignoresCase ? [path.toLowerCase(), prefix.toLowerCase()] : [path, prefix];
  return under === top || under.startsWith(`${top}/`);
}
