import type { Variant } from '../../http/variant.js';
import type { Address, Entry, ListedEntry } from '../store.js';
import { stringBytes, flatCopy } from './flat-string.js';
import { IndexedItem } from './indexed-item.js';
import { responseOf, type PooledHeader, type HeaderRef } from './header-pool.js';

/** Bytes of an entry's objects and of its slot in the LRU list, measured by `npm run bench:memory`. */
const ENTRY_BYTES = 373;
/** Bytes of a slot in a tag group. */
const TAG_BYTES = 95;
/** Bytes of a materialised entry. */
const MATERIALISED_BYTES = 350;
/** Bytes of a variant's objects, and of each header string without its characters. */
const VARIANT_BYTES = 350;
const HEADER_STRING_BYTES = 24;

/** Returns the bytes that an entry uses, without its node in the index and without its head, which entries may share. */
function entryBytes({ key, path, tags: fixed = [] }: Address, { response, tags = [], variants }: Entry, etag = ''): number {
  const pathBytes = key.includes(path.path) ? 0 : stringBytes(path.path);
  const tagBytes = TAG_BYTES * (fixed.length + tags.length);
  const bytes = ENTRY_BYTES + stringBytes(key) + pathBytes + stringBytes(etag) + tagBytes;
  if (variants === undefined) return bytes + bodyBytes(response.body.length);
  const materialised = MATERIALISED_BYTES + BUFFER_BYTES + response.body.length;
  return variants.reduce((sum, variant) => sum + variantBytes(variant), bytes + materialised);
}

function variantBytes({ host, acceptEncoding = '', headers, body }: Variant): number {
  const headerBytes = headers.reduce((sum, text) => sum + HEADER_STRING_BYTES + stringBytes(text), 0);
  return (
    VARIANT_BYTES +
    stringBytes(host) +
    stringBytes(acceptEncoding) +
    headerBytes +
    (body === undefined ? 0 : body.length + (typeof body === 'string' ? 0 : BUFFER_BYTES))
  );
}

/** Measured bytes of an unpooled buffer without its content, on and off the heap. */
const BUFFER_BYTES = 450;

/**
 * Body size in bytes from which the store uses a buffer. A smaller body is a Latin-1 string, since a buffer's own objects would
 * use more memory than the body. A look-up converts the string to a buffer from Node's pool in less than a microsecond.
 */
const MIN_BUFFER_BYTES = 4096;

/** A body in the form in which the store holds it: a Latin-1 string if small, else a buffer. */
export type CompactBody = string | Buffer;

function compactBody(body: Buffer): CompactBody {
  return body.length < MIN_BUFFER_BYTES ? body.toString('latin1') : detachedBuffer(body);
}

/** Returns a buffer that does not retain a larger `ArrayBuffer`. */
function detachedBuffer(body: Buffer): Buffer {
  return body.buffer.byteLength > body.length ? Buffer.copyBytesFrom(body) : body;
}

function toBuffer(body: CompactBody): Buffer {
  return typeof body === 'string' ? Buffer.from(body, 'latin1') : body;
}

/** Returns the bytes that a stored body of this length uses. */
function bodyBytes(length: number): number {
  return length < MIN_BUFFER_BYTES ? length : BUFFER_BYTES + length;
}

/** A stored entry, in as few objects as possible. A look-up creates an `Entry` from the compact form. */
export class CompactEntry extends IndexedItem {
  readonly bytes: number;
  readonly key: string;
  readonly path: string;
  readonly head: PooledHeader;
  private readonly etag: string | undefined;
  private readonly body: CompactBody;
  private readonly storedAtMs: number;
  readonly expiresAtMs: number;
  /**
   * Milliseconds between `expiresAtMs` and `deleteAtMs`. Most entries have a small integer, which V8 stores without a heap
   * object.
   */
  private readonly staleMs: number;
  private readonly variants: Entry['variants'];
  /** The materialised entry. Only an entry with variants has one, so that a hit before Express is cheap. */
  private materialised: Entry | undefined = undefined;
  /** The number of groups that belong to the tags of the response. These groups come first. */
  private readonly responseTagCount: number;

  constructor(
    address: Address,
    entry: Entry,
    { head, etag }: HeaderRef,
    /** The sequence number of the lease under which the entry was computed. */
    readonly sequence: number,
  ) {
    super();
    this.key = flatCopy(address.key);
    this.path = sliceOf(this.key, address.path.path);
    this.head = head;
    this.etag = etag;
    // A materialised entry has the buffer anyway, so a string would use additional memory.
    this.body = entry.variants === undefined ? compactBody(entry.response.body) : detachedBuffer(entry.response.body);
    this.variants = entry.variants;
    this.storedAtMs = entry.storedAtMs;
    this.expiresAtMs = entry.expiresAtMs;
    this.staleMs = entry.deleteAtMs === undefined ? 0 : entry.deleteAtMs - entry.expiresAtMs;
    this.responseTagCount = entry.tags?.length ?? 0;
    this.bytes = entryBytes(address, entry, etag);
  }

  /**
   * The entry that was saved. Each look-up receives its own copy of a small body. Look-ups share a large body or one with
   * variants.
   */
  get entry(): Entry {
    return this.variants === undefined ? this.materialise() : (this.materialised ??= this.materialise());
  }

  get deleteAtMs(): number {
    return this.expiresAtMs + this.staleMs;
  }

  get listed(): ListedEntry {
    const { path, groups, storedAtMs, expiresAtMs, bytes } = this;
    const deleteAtMs = this.staleMs === 0 ? undefined : this.deleteAtMs;
    return { path, tags: groups.map(({ tag }) => tag), storedAtMs, expiresAtMs, deleteAtMs, bytes };
  }

  private materialise(): Entry {
    const { head, etag, body, storedAtMs, expiresAtMs, responseTagCount, variants } = this;
    const tags = responseTagCount === 0 ? undefined : this.groups.slice(0, responseTagCount).map(({ tag }) => tag);
    const deleteAtMs = this.staleMs === 0 ? undefined : this.deleteAtMs;
    return { response: responseOf(head, etag, toBuffer(body)), storedAtMs, expiresAtMs, deleteAtMs, tags, variants };
  }

  isAt(path: string): boolean {
    return this.path === path || this.aliasPaths.some(alias => alias.path === path);
  }
}

/** Returns the path as a slice of the key if the key contains it, as most keys do. A slice needs no memory for characters. */
function sliceOf(key: string, path: string): string {
  const at = key.indexOf(path);
  return at === -1 ? flatCopy(path) : key.slice(at, at + path.length);
}
