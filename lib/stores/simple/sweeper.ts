import type { DetachedGroup } from './entry-index.js';
import type { TrieItem } from './indexed-item.js';

/** Items to free without a pause. They take less than a millisecond, on a busy machine a few milliseconds. */
export const SLICE = 500;

/**
 * Frees the items of detached groups. The sweeper frees a small group at once, and a large group in slices, so that the event
 * loop is never blocked for long. Its timer does not prevent the process from exiting.
 */
export class Sweeper {
  private groups: DetachedGroup[] = [];
  private next: NodeJS.Timeout | undefined;

  constructor(private readonly free: (item: TrieItem) => void) {}

  get isDone(): boolean {
    return this.groups.length === 0;
  }

  /** Returns the number and the bytes of the detached items that are not freed yet. */
  remaining(kind: DetachedGroup['kind']): { readonly entries: number; readonly bytes: number } {
    let [entries, bytes] = [0, 0];
    for (const group of this.groups) {
      if (group.kind !== kind) continue;
      entries += group.remaining.entries;
      bytes += group.remaining.bytes;
    }
    return { entries, bytes };
  }

  begin(groups: readonly DetachedGroup[]): void {
    let left = SLICE;
    for (const group of groups) {
      while (left > 0 && this.freeOne(group)) left--;
      if (left === 0) this.groups.push(group);
    }
    this.scheduleNext();
  }

  /** Frees one item at once. @returns false if no item is left */
  freeNext(): boolean {
    for (let [group] = this.groups; group !== undefined; [group] = this.groups) {
      if (this.freeOne(group)) return true;
      this.groups.shift();
    }
    return false;
  }

  /** Drops the remaining groups without freeing their items. */
  stop(): void {
    clearTimeout(this.next);
    this.next = undefined;
    this.groups = [];
  }

  private scheduleNext(): void {
    if (this.isDone || this.next !== undefined) return;
    // An idle process fires an unreferenced timer on time, but runs an unreferenced immediate only after its next event.
    this.next = setTimeout(() => {
      this.next = undefined;
      for (let left = SLICE; left > 0 && this.freeNext(); left--);
      this.scheduleNext();
    }, 1).unref();
  }

  private freeOne({ items }: DetachedGroup): boolean {
    const next = items.next();
    if (next.done === true) return false;
    this.free(next.value);
    return true;
  }
}
