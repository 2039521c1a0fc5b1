import { LRUCache } from 'lru-cache';

/** Tags whose last invalidation is remembered by itself; of all others, only the latest is known. */
const MAX_REMEMBERED = 10_000;

/** When tags were invalidated, for computations that learn of their tags when they end. */
export class TagHistory {
  private latestForgotten = 0;
  private latest = 0;
  private readonly remembered = new LRUCache<string, number>({
    max: MAX_REMEMBERED,
    dispose: (sequence, _tag, reason) => {
      if (reason === 'evict') this.latestForgotten = Math.max(this.latestForgotten, sequence);
    },
  });

  note(tags: readonly string[], sequence: number): void {
    if (tags.length > 0) this.latest = sequence;
    for (const tag of tags) this.remembered.set(tag, sequence);
  }

  /** Whether any tag has been invalidated since. */
  anySince(sequence: number): boolean {
    return this.latest > sequence;
  }

  /** Whether one of the tags has, or may have been. */
  since(tags: readonly string[], sequence: number): boolean {
    return tags.some(tag => (this.remembered.peek(tag) ?? this.latestForgotten) > sequence);
  }
}
