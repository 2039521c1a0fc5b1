import type { DetachedGroup } from './entry-index.js';
import type { TrieItem } from './indexed-item.js';

/** How many are freed without a pause: less than a millisecond's work, on a busy machine a few. */
export const SLICE = 500;

/**
 * Frees what was cut off: a few at once, many in slices between which the process does other things. It keeps no process
 * running: what is left when all else has ended needs no freeing.
 */
export class Sweeper {
  private groups: DetachedGroup[] = [];
  private next: NodeJS.Timeout | undefined;

  constructor(private readonly free: (item: TrieItem) => void) {}

  get isDone(): boolean {
    return this.groups.length === 0;
  }

  /** What is still there of what was cut off. */
  remaining(kind: DetachedGroup['kind']): { readonly entries: number; readonly bytes: number } {
    let [entries, bytes] = [0, 0];
    for (const cut of this.groups) {
      if (cut.kind !== kind) continue;
      entries += cut.rest.entries;
      bytes += cut.rest.bytes;
    }
    return { entries, bytes };
  }

  begin(groups: readonly DetachedGroup[]): void {
    let left = SLICE;
    for (const cut of groups) {
      while (left > 0 && this.freeOne(cut)) left--;
      if (left === 0) this.groups.push(cut);
    }
    this.scheduleNext();
  }

  /** Frees one, out of turn. @returns whether there was one */
  freeNext(): boolean {
    for (let [cut] = this.groups; cut !== undefined; [cut] = this.groups) {
      if (this.freeOne(cut)) return true;
      this.groups.shift();
    }
    return false;
  }

  /** Forgets what is left. */
  stop(): void {
    clearTimeout(this.next);
    this.next = undefined;
    this.groups = [];
  }

  private scheduleNext(): void {
    if (this.isDone || this.next !== undefined) return;
    // A timer that holds no process is still kept by one that goes on and has nothing to do; an immediate would wait for something to do.
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
