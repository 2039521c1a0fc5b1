import { canonicalise, type CanonicalPath } from '../../keys/canonical-path.js';
import type { Targets } from '../store.js';
import { PathTree, type Place } from './path-tree.js';

/** Where an item stands in an index by path. */
export interface Attachment<Item extends object> {
  readonly tree: PathTree<Item>;
  readonly place: Place<Item>;
  readonly path: CanonicalPath;
}

/** Items by path and by tag, so that taking what an invalidation covers costs by what is taken. */
export class EntryIndex<Item extends object> {
  private readonly exact = new PathTree<Item>();
  /** Paths whose letter case says nothing, in lower case. */
  private readonly folded = new PathTree<Item>();
  private readonly byTag = new Map<string, Set<Item>>();

  attach(item: Item, path: CanonicalPath): Attachment<Item> {
    const tree = path.folded ? this.folded : this.exact;
    return { tree, place: tree.add(path.folded ? path.path.toLowerCase() : path.path, item), path };
  }

  detach({ tree, place }: Attachment<Item>, item: Item): void {
    tree.remove(place, item);
  }

  tag(item: Item, tags: readonly string[]): void {
    for (const tag of tags) {
      const items = this.byTag.get(tag);
      if (items === undefined) this.byTag.set(tag, new Set([item]));
      else items.add(item);
    }
  }

  untag(item: Item, tags: readonly string[]): void {
    for (const tag of tags) {
      const items = this.byTag.get(tag);
      if (items?.delete(item) === true && items.size === 0) this.byTag.delete(tag);
    }
  }

  /** What the targets cover. What they cover by path is taken off it. */
  *take({ prefixes, tags = [] }: Targets): Iterable<Item> {
    for (const prefix of prefixes) {
      const path = canonicalise(prefix);
      yield* this.exact.take(path);
      yield* this.folded.take(path.toLowerCase());
    }
    for (const tag of tags) yield* [...(this.byTag.get(tag) ?? [])];
  }
}
