import { LRUCache } from 'lru-cache';
import { canonicalise, isUnderPrefix, type CanonicalPath } from '../keys/canonical-path.js';

/** The maximum number of recorded invalidations. */
const MAX_INVALIDATED = 100;
/** The maximum bytes of the records of stored entries. */
const MAX_STORED_BYTES = 1024 * 1024;
const BOOKKEEPING_BYTES = 300;

/** The part of an address that the history uses. */
interface TracedAddress {
  readonly key: string;
  readonly path: CanonicalPath;
  readonly tags?: readonly string[] | undefined;
}

interface StoredEntry {
  readonly expiresAtMs: number;
  /** The computed tags of the response. */
  readonly tags?: readonly string[] | undefined;
}

interface Stored {
  readonly sequence: number;
  readonly expiresAtMs: number;
  readonly tags: readonly string[];
}

/** An invalidation of one prefix or tag. */
interface LoggedInvalidation {
  readonly sequence: number;
  readonly kind: 'prefix' | 'tag';
  readonly name: string;
  readonly by: string;
  readonly atMs: number;
}

const NONE: readonly string[] = [];

/** The bounded history of stores and invalidations. It explains misses, and exists only while `outcome` has subscribers. */
export class MissReasons {
  private readonly stored = new LRUCache<string, Stored>({
    maxSize: MAX_STORED_BYTES,
    sizeCalculation: ({ tags }, key) => BOOKKEEPING_BYTES + 2 * (key.length + tags.join().length),
  });
  /** The recorded invalidations, oldest first. */
  private readonly invalidated: LoggedInvalidation[] = [];
  /** The number of invalidations. It orders stores and invalidations without a clock. */
  sequence = 0;

  /** @param sequence the sequence when the fill began: a later invalidation may have removed the entry */
  recordStored({ key }: TracedAddress, { expiresAtMs, tags = NONE }: StoredEntry, sequence: number): void {
    this.stored.set(key, { sequence, expiresAtMs, tags });
  }

  recordInvalidated(prefixes: readonly string[], tags: readonly string[], by: string, atMs: number): void {
    const sequence = ++this.sequence;
    for (const prefix of prefixes.slice(-MAX_INVALIDATED))
      this.invalidated.push({ sequence, kind: 'prefix', name: canonicalise(prefix), by, atMs });
    for (const tag of tags.slice(-MAX_INVALIDATED)) this.invalidated.push({ sequence, kind: 'tag', name: tag, by, atMs });
    this.invalidated.splice(0, this.invalidated.length - MAX_INVALIDATED);
  }

  /** Returns the reason why an address has no entry. */
  missReason(place: TracedAddress, nowMs: number): string {
    const stored = this.stored.get(place.key);
    const cause = this.invalidationSince(stored?.sequence ?? 0, place, stored?.tags);
    if (cause !== undefined) {
      const invalidated = `invalidated ${ago(cause.atMs, nowMs)} by ${cause.by}`;
      return stored === undefined ? `first requested since ${invalidated}` : invalidated;
    }
    if (stored === undefined) return 'first requested, or evicted';
    return stored.expiresAtMs <= nowMs ? `expired ${ago(stored.expiresAtMs, nowMs)}` : 'evicted, or invalidated without a record';
  }

  /** Returns true if an invalidation after the sequence covers the address. @param tags the computed tags of the response */
  wasInvalidatedSince(sequence: number, place: TracedAddress, tags?: readonly string[]): boolean {
    return this.invalidationSince(sequence, place, tags) !== undefined;
  }

  private invalidationSince(
    sequence: number,
    { path, tags = NONE }: TracedAddress,
    ownTags = NONE,
  ): LoggedInvalidation | undefined {
    return this.invalidated.findLast(({ sequence: when, kind, name }) => {
      if (when <= sequence) return false;
      return kind === 'prefix' ? isUnderPrefix(name, path) : tags.includes(name) || ownTags.includes(name);
    });
  }
}

function ago(thenMs: number, nowMs: number): string {
  return `${Math.max(0, Math.floor((nowMs - thenMs) / 1000))} s ago`;
}
