import { LRUCache } from 'lru-cache';

/** Tags whose last invalidation is remembered by itself; of all others, only the latest is known. */
const MAX_REMEMBERED = 10_000;

/** When tags were invalidated, for computations that learn of their tags when they end. */
export class TagInvalidations {
  private oldestUnknown = 0;
  private latest = 0;
  private readonly remembered = new LRUCache<string, number>({
    max: MAX_REMEMBERED,
    dispose: (sequence, _tag, reason) => {
      if (reason === 'evict') this.oldestUnknown = Math.max(this.oldestUnknown, sequence);
    },
  });

  record(tags: readonly string[], sequence: number): void {
    if (tags.length > 0) this.latest = sequence;
    for (const tag of tags) this.remembered.set(tag, sequence);
  }

  /** Whether any tag has been invalidated since. */
  anyInvalidatedSince(sequence: number): boolean {
    return this.latest > sequence;
  }

  /** Whether one of the tags has, or may have been. */
  invalidatedSince(tags: readonly string[], sequence: number): boolean {
    return tags.some(tag => (this.remembered.peek(tag) ?? this.oldestUnknown) > sequence);
  }
}
