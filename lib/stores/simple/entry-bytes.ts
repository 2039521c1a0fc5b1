import type { Variant } from '../../http/wire.js';
import type { Address, Entry } from '../store.js';
import { bodyBytes, BUFFER_BYTES } from './kept-body.js';
import { stringBytes } from './own-text.js';

/** Measured by `npm run bench:memory`: objects, and a place in the order of use. */
const ENTRY_BYTES = 373;
/** A place in the group of a tag. */
const TAG_BYTES = 95;
/** What a look-up gives, ready. */
const READY_BYTES = 350;
/** What went out: objects, and each text of its headers. */
const WIRE_BYTES = 350;
const TEXT_BYTES = 24;

/** The memory that an entry takes beyond its place in the index and its head, which it may share with others. */
export function entryBytes(
  { key, path, tags: fixed = [] }: Address,
  { response, tags = [], variants }: Entry,
  etag = '',
): number {
  const pathBytes = key.includes(path.path) ? 0 : stringBytes(path.path);
  const tagBytes = TAG_BYTES * (fixed.length + tags.length);
  const bytes = ENTRY_BYTES + stringBytes(key) + pathBytes + stringBytes(etag) + tagBytes;
  if (variants === undefined) return bytes + bodyBytes(response.body.length);
  const ready = READY_BYTES + BUFFER_BYTES + response.body.length;
  return variants.reduce((sum, variant) => sum + wireBytes(variant), bytes + ready);
}

function wireBytes({ host, acceptEncoding = '', headers, body }: Variant): number {
  const texts = headers.reduce((sum, text) => sum + TEXT_BYTES + stringBytes(text), 0);
  return (
    WIRE_BYTES +
    stringBytes(host) +
    stringBytes(acceptEncoding) +
    texts +
    (body === undefined ? 0 : body.length + (typeof body === 'string' ? 0 : BUFFER_BYTES))
  );
}
