import type { Address, Entry, ListedEntry } from '../store.js';
import { entryBytes } from './entry-bytes.js';
import { IndexedItem } from './indexed.js';
import { toBuffer, compactBody, detachedBuffer, type CompactBody } from './kept-body.js';
import { flatCopy } from './own-text.js';
import { responseOf, type PooledHeader, type HeaderRef } from './shared-heads.js';

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
