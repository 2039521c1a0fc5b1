import { stringBytes } from './flat-string.js';
import type { TrieNode, Sized } from './path-trie.js';
import type { TagGroup } from './tag-index.js';

/** An item at a node of a path trie. */
export type TrieItem = IndexedItem | AliasPath;

const NONE: readonly never[] = [];

/** An item that the index finds by path and by tag: an entry or a lease. */
export abstract class IndexedItem implements Sized {
  /** Bytes of an entry. A lease counts 0. */
  abstract readonly bytes: number;
  /** The node of the item, or `undefined` if the item is not in the index. */
  node: TrieNode<TrieItem> | undefined = undefined;
  aliasPaths: readonly AliasPath[] = NONE;
  groups: readonly TagGroup<IndexedItem>[] = NONE;

  get entries(): number {
    return this.bytes > 0 ? 1 : 0;
  }

  /** True if the item is in the index and no invalidation has covered it there. */
  get isValid(): boolean {
    if (this.node === undefined || this.node.isDetached) return false;
    return this.groups.every(group => !group.isDetached) && this.aliasPaths.every(({ node }) => node?.isDetached === false);
  }
}

/** Measured bytes of the objects of an alias path. */
const ALIAS_PATH_BYTES = 150;

/** An additional path by which invalidations find an entry. */
export class AliasPath implements Sized {
  /** The entry counts at its own node. */
  readonly entries = 0;
  readonly bytes: number;
  node: TrieNode<TrieItem> | undefined = undefined;

  constructor(
    readonly item: IndexedItem,
    readonly path: string,
  ) {
    this.bytes = ALIAS_PATH_BYTES + stringBytes(path);
  }
}
