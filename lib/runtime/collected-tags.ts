import { coarseTag } from './dependency-tags.js';
import { coarseRowTag } from './table-tags.js';

/** The number of results and rows from which on the arguments of their calls and their keys no longer count. */
const MAX_RESULTS = 100;

/** The maximum number of tags. */
const MAX_TAGS = 1000;

/**
 * The tags that a computation collects: those of the memoized results and rows that it uses, and those of `cache.tag`. After
 * more than 100 of them, an invalidation of any result of their methods, or row of their tables, counts. After more than 1000 tags, the tags are dropped.
 */
export class CollectedTags {
  private readonly tags = new Set<string>();
  private results = 0;
  /** True if there are so many results and rows that the arguments of their calls and their keys no longer count. */
  isCoarse = false;
  /** True if there are so many tags that they are dropped. */
  isOverflown = false;

  add(tags: Iterable<string>): void {
    for (const tag of tags) this.addOne(tag);
  }

  [Symbol.iterator](): Iterator<string> {
    return this.tags.values();
  }

  has(tag: string): boolean {
    return this.tags.has(tag);
  }

  clear(): void {
    this.tags.clear();
  }

  private addOne(tag: string): void {
    if (this.isOverflown || this.tags.has(tag)) return;
    const coarse = coarser(tag);
    if (coarse !== undefined && this.isCoarse) this.tags.add(coarse);
    else {
      this.tags.add(tag);
      if (coarse !== undefined && ++this.results > MAX_RESULTS) this.coarsen();
    }
    if (this.tags.size <= MAX_TAGS) return;
    this.isOverflown = true;
    this.clear();
  }

  private coarsen(): void {
    this.isCoarse = true;
    for (const tag of [...this.tags]) {
      const coarse = coarser(tag);
      if (coarse === undefined) continue;
      this.tags.delete(tag);
      this.tags.add(coarse);
    }
  }
}

/** Returns the tag of all results of a method, or of all rows of a table. @returns undefined if the tag is not one of a result or row */
function coarser(tag: string): string | undefined {
  return coarseTag(tag) ?? coarseRowTag(tag);
}
