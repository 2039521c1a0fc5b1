import { stringBytes } from './flat-string.js';
import type { TrieNode, Sized } from './path-trie.js';
import type { TagGroup } from './tag-index.js';

/** What stands at a place of a tree. */
export type TrieItem = IndexedItem | AliasPath;

const NONE: readonly never[] = [];

/** What the index finds by path and by tag: an entry, or a computation under way. */
export abstract class IndexedItem implements Sized {
  /** Of an entry; a computation under way takes none. */
  abstract readonly bytes: number;
  /** `undefined`: it is not in the index. */
  place: TrieNode<TrieItem> | undefined = undefined;
  aliasPaths: readonly AliasPath[] = NONE;
  groups: readonly TagGroup<IndexedItem>[] = NONE;

  get entries(): number {
    return this.bytes > 0 ? 1 : 0;
  }

  /** Whether it is in the index, and nothing that covers it has been invalidated since it came there. */
  get isValid(): boolean {
    if (this.place === undefined || this.place.isDetached) return false;
    return this.groups.every(group => !group.isDetached) && this.aliasPaths.every(({ place }) => place?.isDetached === false);
  }
}

/** Measured: the objects of a further path. */
const ALIAS_PATH_BYTES = 150;

/** A further path that an entry is reached by. */
export class AliasPath implements Sized {
  /** The entry is counted at its own place. */
  readonly entries = 0;
  readonly bytes: number;
  place: TrieNode<TrieItem> | undefined = undefined;

  constructor(
    readonly of: IndexedItem,
    readonly path: string,
  ) {
    this.bytes = ALIAS_PATH_BYTES + stringBytes(path);
  }
}
