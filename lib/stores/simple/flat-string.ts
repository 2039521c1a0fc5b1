/**
 * A copy with nothing behind it. V8 keeps the whole of what a text was cut from, and the parts that it was joined from: a short name
 * out of a long path would hold the path.
 */
export function flatCopy(text: string): string {
  const encoding = isLatin1(text) ? 'latin1' : 'utf16le';
  return Buffer.from(text, encoding).toString(encoding);
}

/** The memory that the characters of a text of its own take: one byte each while all of them are Latin-1, else two. */
export function stringBytes(text: string): number {
  return isLatin1(text) ? text.length : text.length * 2;
}

function isLatin1(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- the whole of Latin-1, control characters included
  return /^[\u0000-\u00ff]*$/.test(text);
}
