import type { HeaderChange } from '../../http/stored-response.js';
import type { Wire } from '../../http/wire.js';
import type { Address, Entry } from '../store.js';

/** What one entry takes beyond its texts and its body: objects, its place in the index and in the order of use. Measured by `npm run bench:memory`. */
const BOOKKEEPING_BYTES = 1180;
const HEADER_BYTES = 120;
const TAG_BYTES = 250;
/** What a wire takes, and each text of its headers. */
const WIRE_BYTES = 350;
const TEXT_BYTES = 24;

/** The memory that an entry takes, keys and bookkeeping included. */
export function entryBytes({ key, path, tags: fixed = [] }: Address, { response, tags = [], wires = [] }: Entry): number {
  let bytes = BOOKKEEPING_BYTES + response.body.length + textBytes(key) + textBytes(path.path);
  for (const tag of [...fixed, ...tags]) bytes += TAG_BYTES + textBytes(tag);
  for (const header of response.headers) bytes += HEADER_BYTES + textBytes(header.name) + valueBytes(header);
  for (const wire of wires) bytes += wireBytes(wire);
  return bytes;
}

function wireBytes({ host, acceptEncoding = '', headers, body }: Wire): number {
  let bytes = WIRE_BYTES + textBytes(host) + textBytes(acceptEncoding) + (body?.length ?? 0);
  for (const text of headers) bytes += TEXT_BYTES + textBytes(text);
  return bytes;
}

function valueBytes(header: HeaderChange): number {
  switch (header.kind) {
    case 'remove':
      return 0;
    case 'append':
      return header.values.reduce((sum, value) => sum + textBytes(value), 0);
    case 'set':
      return typeof header.value === 'string'
        ? textBytes(header.value)
        : header.value.reduce((sum, value) => sum + textBytes(value), 0);
  }
}

/** V8 keeps a text in one byte a character while all of them are Latin-1, else in two. */
function textBytes(text: string): number {
  // eslint-disable-next-line no-control-regex -- the whole of Latin-1, control characters included
  return /^[\u0000-\u00ff]*$/.test(text) ? text.length : text.length * 2;
}
