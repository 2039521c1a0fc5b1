import { canonicalise, isUnderPrefix } from '../keys/canonical-path.js';
import type { Address, Targets } from '../stores/store.js';
import type { Clock } from '../time/clock.js';

/** The maximum number of recorded changes. Of several with the same name, the last is recorded. */
const MAX_CHANGES = 100;
/** The maximum number of targets of one change. A change with more counts as one that covers everything. */
const MAX_TARGETS = 100;

/** A change of data: an unsafe request, or a call such as `cache.changing`. */
export interface ChangeSource {
  /** The request, such as `PUT /users/bob/avatar`, or the call. */
  readonly by: string;
  /** The parameters of the route, by name. Undefined for a call. */
  readonly params: Readonly<Record<string, unknown>> | undefined;
}

/** A recorded change. */
export interface RecordedChange extends ChangeSource {
  /** Milliseconds of the clock; undefined while the change runs. */
  endedAtMs: number | undefined;
  readonly prefixes: string[];
  readonly tags: string[];
}

/** An entry that a change may have made stale. */
export interface CoverableEntry {
  readonly address: Address;
  /** The computed tags of the entry. */
  readonly tags: readonly string[];
  readonly storedAtMs: number;
}

/** The changes of this process that run, and the last ones that have ended. */
export class RecentChanges {
  private readonly running = new Map<RecordedChange, PromiseWithResolvers>();
  /** By the name of the change, the last one to end at the end. */
  private readonly ended = new Map<string, RecordedChange>();
  /** The time since which the record has each change that has ended. */
  private completeSinceMs: number;
  /** The number of changes that have begun or ended. */
  private moments = 0;

  constructor(private readonly clock: Clock) {
    this.completeSinceMs = clock.now();
  }

  begin(source: ChangeSource): RecordedChange {
    const change: RecordedChange = { ...source, endedAtMs: undefined, prefixes: [], tags: [] };
    this.running.set(change, promiseWithResolvers());
    this.moments++;
    return change;
  }

  end(change: RecordedChange): void {
    const running = this.running.get(change);
    if (running === undefined) return;
    this.moments++;
    change.endedAtMs = this.clock.now();
    this.running.delete(change);
    this.ended.delete(change.by);
    this.ended.set(change.by, change);
    running.resolve();
    for (const [name, { endedAtMs = 0 }] of this.ended) {
      if (this.ended.size <= MAX_CHANGES) break;
      this.ended.delete(name);
      this.completeSinceMs = endedAtMs + 1;
    }
  }

  /** Records the targets that a running change has invalidated. */
  recordInvalidated({ prefixes, tags = [] }: Targets, by: string): void {
    for (const change of this.running.keys()) {
      if (change.by !== by) continue;
      change.prefixes.push(...prefixes.map(canonicalise));
      change.tags.push(...tags);
      if (change.prefixes.length + change.tags.length > MAX_TARGETS) {
        change.prefixes.splice(0, Infinity, '');
        change.tags.splice(0);
      }
    }
  }

  /** A mark of this moment, for `isQuietSince`. */
  get moment(): number {
    return this.moments;
  }

  /** Returns true if no change has run since the moment. */
  isQuietSince(moment: number): boolean {
    return this.running.size === 0 && this.moments === moment;
  }

  /** Resolves when the changes that run now have ended. */
  async allEnded(): Promise<void> {
    await Promise.all(Array.from(this.running.values(), ({ promise }) => promise));
  }

  /** Returns the changes that run, and those that ended since the entry was stored and do not cover it, the newest first. */
  suspectsOf(entry: CoverableEntry): readonly RecordedChange[] {
    const ended = [...this.ended.values()].filter(({ endedAtMs = 0 }) => endedAtMs >= entry.storedAtMs);
    return [...ended, ...this.running.keys()].filter(change => !covers(change, entry)).reverse();
  }

  /** Returns true if the record has each change that ended since a time. */
  isCompleteSince(timeMs: number): boolean {
    return timeMs >= this.completeSinceMs;
  }
}

function covers({ prefixes, tags }: RecordedChange, { address, tags: own }: CoverableEntry): boolean {
  return (
    prefixes.some(prefix => isUnderPrefix(prefix, address.path)) ||
    tags.some(tag => own.includes(tag) || address.tags?.includes(tag) === true)
  );
}

/** A promise that is resolved from outside. */
interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

/** `Promise.withResolvers`, which Node 20 does not have. */
function promiseWithResolvers(): PromiseWithResolvers {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>(settle => (resolve = settle));
  return { promise, resolve };
}
