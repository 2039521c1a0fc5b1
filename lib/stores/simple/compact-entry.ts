import type { Variant } from '../../http/variant.js';
import type { Address, Entry, ListedEntry } from '../store.js';
import { stringBytes, flatCopy } from './flat-string.js';
import { IndexedItem } from './indexed-item.js';
import { responseOf, type PooledHeader, type HeaderRef } from './header-pool.js';

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

/** Measured: what a buffer of its own takes beyond its bytes, on and off the heap. */
export const BUFFER_BYTES = 450;

/**
 * Below this, a body is kept as a text of one byte a character, since a buffer would take more than the body. A look-up makes it a
 * buffer again: less than a millionth of a second, out of the pool that Node keeps for buffers below this size.
 */
const LEAST_BUFFER = 4096;

/** A body in the store. */
export type CompactBody = string | Buffer;

export function compactBody(body: Buffer): CompactBody {
  return body.length < LEAST_BUFFER ? body.toString('latin1') : detachedBuffer(body);
}

/** A buffer that is no part of something larger, of which it would hold the whole. */
export function detachedBuffer(body: Buffer): Buffer {
  return body.buffer.byteLength > body.length ? Buffer.copyBytesFrom(body) : body;
}

export function toBuffer(body: CompactBody): Buffer {
  return typeof body === 'string' ? Buffer.from(body, 'latin1') : body;
}

/** The memory that a body of this length takes when it is kept. */
export function bodyBytes(length: number): number {
  return length < LEAST_BUFFER ? length : BUFFER_BYTES + length;
}

/** An entry in the store, in as few objects as can be: what a look-up gives is made of it anew. */
export class CompactEntry extends IndexedItem {
  readonly bytes: number;
  readonly key: string;
  readonly path: string;
  readonly head: PooledHeader;
  private readonly etag: string | undefined;
  private readonly body: CompactBody;
  private readonly storedAtMs: number;
  readonly expiresAtMs: number;
  /** A small number in most entries, which takes no room of its own. */
  private readonly graceMs: number;
  private readonly variants: Entry['variants'];
  /** Of an entry that answers before Express, whose look-up is to cost next to nothing. */
  private materialised: Entry | undefined = undefined;
  /** How many of its groups are of tags that the response has brought. They come first. */
  private readonly ownTags: number;

  constructor(
    address: Address,
    entry: Entry,
    { head, etag }: HeaderRef,
    /** The store's sequence when its computation began. */
    readonly sequence: number,
  ) {
    super();
    this.key = flatCopy(address.key);
    this.path = partOf(this.key, address.path.path);
    this.head = head;
    this.etag = etag;
    // What is made ready once needs no text beside its buffer.
    this.body = entry.variants === undefined ? compactBody(entry.response.body) : detachedBuffer(entry.response.body);
    this.variants = entry.variants;
    this.storedAtMs = entry.storedAtMs;
    this.expiresAtMs = entry.expiresAtMs;
    this.graceMs = entry.deleteAtMs === undefined ? 0 : entry.deleteAtMs - entry.expiresAtMs;
    this.ownTags = entry.tags?.length ?? 0;
    this.bytes = entryBytes(address, entry, etag);
  }

  /** The entry as it was given. Its body is nobody else's, or shared by all who look it up where it is large. */
  get entry(): Entry {
    return this.variants === undefined ? this.materialise() : (this.materialised ??= this.materialise());
  }

  get deleteAtMs(): number {
    return this.expiresAtMs + this.graceMs;
  }

  get listed(): ListedEntry {
    const { path, groups, storedAtMs, expiresAtMs, bytes } = this;
    const deleteAtMs = this.graceMs === 0 ? undefined : this.deleteAtMs;
    return { path, tags: groups.map(({ tag }) => tag), storedAtMs, expiresAtMs, deleteAtMs, bytes };
  }

  private materialise(): Entry {
    const { head, etag, body, storedAtMs, expiresAtMs, ownTags, variants } = this;
    const tags = ownTags === 0 ? undefined : this.groups.slice(0, ownTags).map(({ tag }) => tag);
    const deleteAtMs = this.graceMs === 0 ? undefined : this.deleteAtMs;
    return { response: responseOf(head, etag, toBuffer(body)), storedAtMs, expiresAtMs, deleteAtMs, tags, variants };
  }

  isAt(path: string): boolean {
    return this.path === path || this.aliasPaths.some(further => further.path === path);
  }
}

/** The path as a part of the key that is kept anyway: most keys name it. */
function partOf(key: string, path: string): string {
  const at = key.indexOf(path);
  return at === -1 ? flatCopy(path) : key.slice(at, at + path.length);
}
