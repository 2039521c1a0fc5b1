/**
 * Returns a copy that retains no other string. In V8, a sliced string retains the string that it is a part of, and a concatenated
 * string retains its parts. Without the copy, a short segment would retain a long path.
 */
export function flatCopy(text: string): string {
  const encoding = isLatin1(text) ? 'latin1' : 'utf16le';
  return Buffer.from(text, encoding).toString(encoding);
}

/** Returns the bytes that V8 uses for the characters of a flat string: one per character if all are Latin-1, else two. */
export function stringBytes(text: string): number {
  return isLatin1(text) ? text.length : text.length * 2;
}

function isLatin1(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- Latin-1 includes control characters
  return /^[\u0000-\u00ff]*$/.test(text);
}
