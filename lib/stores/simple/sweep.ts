import type { Cut } from './entry-index.js';
import type { Standing } from './indexed.js';

/** How many are freed without a pause: less than a millisecond's work, on a busy machine a few. */
export const AT_ONCE = 500;

/**
 * Frees what was cut off: a few at once, many in slices between which the process does other things. It keeps no process
 * running: what is left when all else has ended needs no freeing.
 */
export class Sweep {
  private cuts: Cut[] = [];
  private next: NodeJS.Timeout | undefined;

  constructor(private readonly free: (item: Standing) => void) {}

  get isDone(): boolean {
    return this.cuts.length === 0;
  }

  /** What is still there of what was cut off. */
  rest(kind: Cut['kind']): { readonly entries: number; readonly bytes: number } {
    let [entries, bytes] = [0, 0];
    for (const cut of this.cuts) {
      if (cut.kind !== kind) continue;
      entries += cut.rest.entries;
      bytes += cut.rest.bytes;
    }
    return { entries, bytes };
  }

  begin(cuts: readonly Cut[]): void {
    let left = AT_ONCE;
    for (const cut of cuts) {
      while (left > 0 && this.freeOne(cut)) left--;
      if (left === 0) this.cuts.push(cut);
    }
    this.goOn();
  }

  /** Frees one, out of turn. @returns whether there was one */
  step(): boolean {
    for (let [cut] = this.cuts; cut !== undefined; [cut] = this.cuts) {
      if (this.freeOne(cut)) return true;
      this.cuts.shift();
    }
    return false;
  }

  /** Forgets what is left. */
  stop(): void {
    clearTimeout(this.next);
    this.next = undefined;
    this.cuts = [];
  }

  private goOn(): void {
    if (this.isDone || this.next !== undefined) return;
    // A timer that holds no process is still kept by one that goes on and has nothing to do; an immediate would wait for something to do.
    this.next = setTimeout(() => {
      this.next = undefined;
      for (let left = AT_ONCE; left > 0 && this.step(); left--);
      this.goOn();
    }, 1).unref();
  }

  private freeOne({ items }: Cut): boolean {
    const next = items.next();
    if (next.done === true) return false;
    this.free(next.value);
    return true;
  }
}
