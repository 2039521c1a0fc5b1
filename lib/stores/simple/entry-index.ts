import type { Address, StoreSize, Targets } from '../store.js';
import { IndexedItem, AliasPath, type TrieItem } from './indexed-item.js';
import { canonicalise, type CanonicalPath } from '../../keys/canonical-path.js';
import { addTo, itemsInSubtree, PathTrie, removeFrom, type TrieNode } from './path-trie.js';
import { TagIndex, type TagGroup } from './tag-index.js';

/** The lease of the simple store. The lease is valid until an invalidation covers its path or one of its tags. */
export class SimpleLease extends IndexedItem {
  readonly bytes = 0;

  constructor(
    readonly sequence: number,
    readonly address: Address,
  ) {
    super();
  }
}

/** The items that an invalidation has detached from the index. */
export interface DetachedGroup {
  readonly kind: 'path' | 'tag';
  /** Iterates over the items that are not freed yet. */
  readonly items: Iterator<TrieItem>;
  /** The number and the bytes of the items that are not freed yet. */
  readonly remaining: StoreSize;
}

/**
 * The index of entries and leases by path and by tag. An invalidation detaches all of its items in one step, for any number of
 * items. The store then frees the detached items in slices.
 */
export class EntryIndex {
  private readonly exact = new PathTrie<TrieItem>();
  /** Items whose path ignores case, by the path in lower case. */
  private readonly ignoresCase = new PathTrie<TrieItem>();
  private readonly tags = new TagIndex<IndexedItem>();

  /** The number of entries that are not detached by path. */
  get entries(): number {
    return this.exact.entries + this.ignoresCase.entries;
  }

  get bytes(): number {
    return this.exact.bytes + this.ignoresCase.bytes + this.tags.bytes;
  }

  /** True if no entry and no lease remains in the path tries. */
  get isEmpty(): boolean {
    return this.exact.isEmpty && this.ignoresCase.isEmpty;
  }

  /** @param node the node of the path, if the caller knows it */
  add(item: IndexedItem, path: CanonicalPath, tags: readonly string[], node?: TrieNode<TrieItem>): void {
    if (node === undefined) item.node = this.addToTrie(path, item);
    else addTo((item.node = node), item);
    if (tags.length > 0) item.groups = tags.map(tag => this.tags.add(tag, item));
  }

  /** Adds a path by which invalidations also find the item. */
  addAliasPath(item: IndexedItem, path: CanonicalPath): void {
    const alias = new AliasPath(item, path.path);
    alias.node = this.addToTrie(path, alias);
    item.aliasPaths = [...item.aliasPaths, alias];
  }

  remove(item: IndexedItem): void {
    if (item.node === undefined) return;
    removeFrom(item.node, item);
    item.node = undefined;
    for (const alias of item.aliasPaths) if (alias.node !== undefined) removeFrom(alias.node, alias);
    for (const group of item.groups) this.tags.remove(group, item);
  }

  /** Makes every item that the targets cover invalid. @returns the detached items */
  detach({ prefixes, tags = [] }: Targets): DetachedGroup[] {
    const paths = prefixes.map(canonicalise);
    return [
      ...paths.flatMap(path => [this.exact.detach(path), this.ignoresCase.detach(path.toLowerCase())]).map(detachedPath),
      ...tags.map(tag => detachedTag(this.tags.detach(tag))),
    ].filter(group => group !== undefined);
  }

  private addToTrie({ path, ignoresCase }: CanonicalPath, item: TrieItem): TrieNode<TrieItem> {
    return ignoresCase ? this.ignoresCase.add(path.toLowerCase(), item) : this.exact.add(path, item);
  }
}

function detachedPath(top: TrieNode<TrieItem> | undefined): DetachedGroup | undefined {
  return top && { kind: 'path', items: itemsInSubtree(top), remaining: top };
}

function detachedTag(group: TagGroup<IndexedItem> | undefined): DetachedGroup | undefined {
  return group && { kind: 'tag', items: group.items.values(), remaining: group };
}
