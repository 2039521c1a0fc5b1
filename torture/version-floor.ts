import type { Change } from './operation-log.js';

interface Bound {
  readonly fromMs: number;
  readonly change: Change;
}

/** The lowest version of each key that a read may show. It rises with time. */
export class VersionFloor {
  private readonly bounds = new Map<string, Bound[]>();
  private isSorted = true;

  /** Adds a change that binds reads from a time on. @param worker the bound process @default all processes */
  add(change: Change, fromMs: number, worker?: number): void {
    const key = boundKey(change.key, worker);
    const bounds = this.bounds.get(key);
    if (bounds === undefined) this.bounds.set(key, [{ fromMs, change }]);
    else bounds.push({ fromMs, change });
    this.isSorted = false;
  }

  /** @returns the change of the highest version that binds a read at this time */
  at(key: string, ms: number, worker?: number): Change | undefined {
    if (!this.isSorted) this.sort();
    const bounds = this.bounds.get(boundKey(key, worker)) ?? [];
    let [low, high] = [0, bounds.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (bounds[middle]!.fromMs < ms) low = middle + 1;
      else high = middle;
    }
    return bounds[low - 1]?.change;
  }

  /** Sorts the bounds by time. Each bound then has the change of the highest version up to its time. */
  private sort(): void {
    for (const [key, bounds] of this.bounds) {
      bounds.sort((one, other) => one.fromMs - other.fromMs);
      let highest: Change | undefined;
      const rising = bounds.map(({ fromMs, change }) => {
        if (highest === undefined || change.version > highest.version) highest = change;
        return { fromMs, change: highest };
      });
      this.bounds.set(key, rising);
    }
    this.isSorted = true;
  }
}

function boundKey(key: string, worker: number | undefined): string {
  return `${key} ${worker ?? 'all'}`;
}
