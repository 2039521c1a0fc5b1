import type { Address, Entry, ListedEntry } from '../store.js';
import { entryBytes } from './entry-bytes.js';
import { Indexed } from './indexed.js';
import { bufferOf, keptBody, ownBuffer, type KeptBody } from './kept-body.js';
import { ownText } from './own-text.js';
import { responseOf, type Head, type Headed } from './shared-heads.js';

/** An entry in the store, in as few objects as can be: what a look-up gives is made of it anew. */
export class Kept extends Indexed {
  readonly bytes: number;
  readonly key: string;
  readonly path: string;
  readonly head: Head;
  private readonly etag: string | undefined;
  private readonly body: KeptBody;
  private readonly storedAtMs: number;
  readonly expiresAtMs: number;
  /** A small number in most entries, which takes no room of its own. */
  private readonly graceMs: number;
  private readonly wires: Entry['wires'];
  /** Of an entry that answers before Express, whose look-up is to cost next to nothing. */
  private ready: Entry | undefined = undefined;
  /** How many of its groups are of tags that the response has brought. They come first. */
  private readonly ownTags: number;

  constructor(
    address: Address,
    entry: Entry,
    { head, etag }: Headed,
    /** The store's sequence when its computation began. */
    readonly began: number,
  ) {
    super();
    this.key = ownText(address.key);
    this.path = partOf(this.key, address.path.path);
    this.head = head;
    this.etag = etag;
    // What is made ready once needs no text beside its buffer.
    this.body = entry.wires === undefined ? keptBody(entry.response.body) : ownBuffer(entry.response.body);
    this.wires = entry.wires;
    this.storedAtMs = entry.storedAtMs;
    this.expiresAtMs = entry.expiresAtMs;
    this.graceMs = entry.keptUntilMs === undefined ? 0 : entry.keptUntilMs - entry.expiresAtMs;
    this.ownTags = entry.tags?.length ?? 0;
    this.bytes = entryBytes(address, entry, etag);
  }

  /** The entry as it was given. Its body is nobody else's, or shared by all who look it up where it is large. */
  get entry(): Entry {
    return this.wires === undefined ? this.made() : (this.ready ??= this.made());
  }

  get keptUntilMs(): number {
    return this.expiresAtMs + this.graceMs;
  }

  get listed(): ListedEntry {
    const { path, groups, storedAtMs, expiresAtMs, bytes } = this;
    const keptUntilMs = this.graceMs === 0 ? undefined : this.keptUntilMs;
    return { path, tags: groups.map(({ tag }) => tag), storedAtMs, expiresAtMs, keptUntilMs, bytes };
  }

  private made(): Entry {
    const { head, etag, body, storedAtMs, expiresAtMs, ownTags, wires } = this;
    const tags = ownTags === 0 ? undefined : this.groups.slice(0, ownTags).map(({ tag }) => tag);
    const keptUntilMs = this.graceMs === 0 ? undefined : this.keptUntilMs;
    return { response: responseOf(head, etag, bufferOf(body)), storedAtMs, expiresAtMs, keptUntilMs, tags, wires };
  }

  isAt(path: string): boolean {
    return this.path === path || this.further.some(further => further.path === path);
  }
}

/** The path as a part of the key that is kept anyway: most keys name it. */
function partOf(key: string, path: string): string {
  const at = key.indexOf(path);
  return at === -1 ? ownText(path) : key.slice(at, at + path.length);
}
