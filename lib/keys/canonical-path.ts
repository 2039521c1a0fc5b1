/** The canonical form of a path. All spellings of a path that Express routes to the same action have one canonical form. */
export interface CanonicalPath {
  /** The path with a leading slash, without a trailing slash, and with percent-encoded segments. The root is the empty string. */
  readonly path: string;
  /**
   * True if the fixed parts of the path are known only in the client's spelling, as with a RegExp or a wildcard. Invalidations
   * then match the path in any letter case.
   */
  readonly ignoresCase: boolean;
}

/** Decodes and encodes each segment and removes a trailing slash, so that `/%62ob/` and `/bob` become equal. */
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
    // If the segment does not decode to UTF-8, the encoded raw text differs from the text of every valid segment.
    return encodeURIComponent(segment.toWellFormed());
  }
}

/** Tests in whole segments whether a path is a canonical prefix or begins with it. */
export function isUnderPrefix(prefix: string, { path, ignoresCase }: CanonicalPath): boolean {
  const [under, top] = ignoresCase ? [path.toLowerCase(), prefix.toLowerCase()] : [path, prefix];
  return under === top || under.startsWith(`${top}/`);
}
