import type { Address, StoreSize, Targets } from '../store.js';
import { IndexedItem, AliasPath, type TrieItem } from './indexed-item.js';
import { canonicalise, type CanonicalPath } from '../../keys/canonical-path.js';
import { addTo, itemsInSubtree, PathTrie, removeFrom, type TrieNode } from './path-trie.js';
import { TagIndex, type TagGroup } from './tag-index.js';

/** A computation that has begun: the store's fence. While it is living, nothing that covers it has been invalidated. */
export class SimpleLease extends IndexedItem {
  readonly bytes = 0;

  constructor(
    readonly sequence: number,
    readonly address: Address,
  ) {
    super();
  }
}

/** What an invalidation has cut off. */
export interface DetachedGroup {
  readonly kind: 'path' | 'tag';
  /** Those that have not been freed yet. */
  readonly items: Iterator<TrieItem>;
  /** How many they are, and what they take. */
  readonly rest: StoreSize;
}

/**
 * Entries and computations by path and by tag. What an invalidation covers is cut off in one step, whatever its number, and can then be
 * freed piece by piece.
 */
export class EntryIndex {
  private readonly exact = new PathTrie<TrieItem>();
  /** Paths whose letter case says nothing, in lower case. */
  private readonly ignoresCase = new PathTrie<TrieItem>();
  private readonly tags = new TagIndex<IndexedItem>();

  /** Of what has not been cut off by path. */
  get entries(): number {
    return this.exact.entries + this.ignoresCase.entries;
  }

  get bytes(): number {
    return this.exact.bytes + this.ignoresCase.bytes + this.tags.bytes;
  }

  /** Whether all was cut off by path, or never was there: entries and computations. */
  get isEmpty(): boolean {
    return this.exact.isEmpty && this.ignoresCase.isEmpty;
  }

  /** @param place that of its path, where it is known */
  add(item: IndexedItem, path: CanonicalPath, tags: readonly string[], place?: TrieNode<TrieItem>): void {
    if (place === undefined) item.place = this.placeIn(path, item);
    else addTo((item.place = place), item);
    if (tags.length > 0) item.groups = tags.map(tag => this.tags.add(tag, item));
  }

  /** Lets an item be reached by a further path. */
  addPath(item: IndexedItem, path: CanonicalPath): void {
    const further = new AliasPath(item, path.path);
    further.place = this.placeIn(path, further);
    item.aliasPaths = [...item.aliasPaths, further];
  }

  remove(item: IndexedItem): void {
    if (item.place === undefined) return;
    removeFrom(item.place, item);
    item.place = undefined;
    for (const further of item.aliasPaths) if (further.place !== undefined) removeFrom(further.place, further);
    for (const group of item.groups) this.tags.remove(group, item);
  }

  /** From now on nothing that the targets cover is living. */
  detach({ prefixes, tags = [] }: Targets): DetachedGroup[] {
    const paths = prefixes.map(canonicalise);
    return [
      ...paths.flatMap(path => [this.exact.detach(path), this.ignoresCase.detach(path.toLowerCase())]).map(detachedPath),
      ...tags.map(tag => detachedTag(this.tags.detach(tag))),
    ].filter(cut => cut !== undefined);
  }

  private placeIn({ path, ignoresCase }: CanonicalPath, item: TrieItem): TrieNode<TrieItem> {
    return ignoresCase ? this.ignoresCase.add(path.toLowerCase(), item) : this.exact.add(path, item);
  }
}

function detachedPath(top: TrieNode<TrieItem> | undefined): DetachedGroup | undefined {
  return top && { kind: 'path', items: itemsInSubtree(top), rest: top };
}

function detachedTag(group: TagGroup<IndexedItem> | undefined): DetachedGroup | undefined {
  return group && { kind: 'tag', items: group.items.values(), rest: group };
}
