import type { Address, Entry } from '../store.js';
import { bodyBytes } from './kept-body.js';
import { textBytes } from './own-text.js';

/** Measured by `npm run bench:memory`: objects, and a place in the order of use. */
const ENTRY_BYTES = 365;
/** A place in the group of a tag. */
const TAG_BYTES = 95;

/** The memory that an entry takes beyond its place in the index and its head, which it may share with others. */
export function entryBytes({ key, path, tags: fixed = [] }: Address, { response, tags = [] }: Entry, etag = ''): number {
  const pathBytes = key.includes(path.path) ? 0 : textBytes(path.path);
  const tagBytes = TAG_BYTES * (fixed.length + tags.length);
  return ENTRY_BYTES + textBytes(key) + pathBytes + textBytes(etag) + bodyBytes(response.body.length) + tagBytes;
}
