/** A part that no encoded value can contain: JSON escapes line feeds, and so does percent-encoding. */
const SEPARATOR = '\n';

/** Joins parts, each already encoded so that it holds no line feed, into a key. */
export function joinKey(parts: readonly string[]): string {
  return parts.join(SEPARATOR);
}
