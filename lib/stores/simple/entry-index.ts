import { canonicalise, type CanonicalPath } from '../../keys/canonical-path.js';
import type { StoreSize, Targets } from '../store.js';
import { FurtherPath, type Indexed, type Standing } from './indexed.js';
import { addTo, itemsUnder, PathTree, removeFrom, type Place } from './path-tree.js';
import { TagIndex, type TagGroup } from './tag-index.js';

/** What an invalidation has cut off. */
export interface Cut {
  readonly kind: 'path' | 'tag';
  /** Those that have not been freed yet. */
  readonly items: Iterator<Standing>;
  /** How many they are, and what they take. */
  readonly rest: StoreSize;
}

/**
 * Entries and computations by path and by tag. What an invalidation covers is cut off in one step, whatever its number, and can then be
 * freed piece by piece.
 */
export class EntryIndex {
  private readonly exact = new PathTree<Standing>();
  /** Paths whose letter case says nothing, in lower case. */
  private readonly folded = new PathTree<Standing>();
  private readonly tags = new TagIndex<Indexed>();

  /** Of what has not been cut off by path. */
  get entries(): number {
    return this.exact.entries + this.folded.entries;
  }

  get bytes(): number {
    return this.exact.bytes + this.folded.bytes + this.tags.bytes;
  }

  /** Whether all was cut off by path, or never was there: entries and computations. */
  get isEmpty(): boolean {
    return this.exact.isEmpty && this.folded.isEmpty;
  }

  /** @param place that of its path, where it is known */
  add(item: Indexed, path: CanonicalPath, tags: readonly string[], place?: Place<Standing>): void {
    if (place === undefined) item.place = this.placeIn(path, item);
    else addTo((item.place = place), item);
    if (tags.length > 0) item.groups = tags.map(tag => this.tags.add(tag, item));
  }

  /** Lets an item be reached by a further path. */
  addPath(item: Indexed, path: CanonicalPath): void {
    const further = new FurtherPath(item, path.path);
    further.place = this.placeIn(path, further);
    item.further = [...item.further, further];
  }

  remove(item: Indexed): void {
    if (item.place === undefined) return;
    removeFrom(item.place, item);
    item.place = undefined;
    for (const further of item.further) if (further.place !== undefined) removeFrom(further.place, further);
    for (const group of item.groups) this.tags.remove(group, item);
  }

  /** From now on nothing that the targets cover is living. */
  cut({ prefixes, tags = [] }: Targets): Cut[] {
    const paths = prefixes.map(canonicalise);
    return [
      ...paths.flatMap(path => [this.exact.cut(path), this.folded.cut(path.toLowerCase())]).map(cutPath),
      ...tags.map(tag => cutTag(this.tags.cut(tag))),
    ].filter(cut => cut !== undefined);
  }

  private placeIn({ path, folded }: CanonicalPath, item: Standing): Place<Standing> {
    return folded ? this.folded.add(path.toLowerCase(), item) : this.exact.add(path, item);
  }
}

function cutPath(top: Place<Standing> | undefined): Cut | undefined {
  return top && { kind: 'path', items: itemsUnder(top), rest: top };
}

function cutTag(group: TagGroup<Indexed> | undefined): Cut | undefined {
  return group && { kind: 'tag', items: group.items.values(), rest: group };
}
