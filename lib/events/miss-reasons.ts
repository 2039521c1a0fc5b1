import { LRUCache } from 'lru-cache';
import { canonicalise, isUnderPrefix, type CanonicalPath } from '../keys/canonical-path.js';

/** Names invalidated that are remembered. */
const MAX_INVALIDATED = 100;
/** Bytes that remembering what was stored may take. */
const MAX_STORED_BYTES = 1024 * 1024;
const BOOKKEEPING_BYTES = 300;

/** Where something stands: as an address of the store. */
interface TracedAddress {
  readonly key: string;
  readonly path: CanonicalPath;
  readonly tags?: readonly string[] | undefined;
}

interface StoredEntry {
  readonly expiresAtMs: number;
  /** Those that the response has brought. */
  readonly tags?: readonly string[] | undefined;
}

interface Stored {
  readonly sequence: number;
  readonly expiresAtMs: number;
  readonly tags: readonly string[];
}

/** One prefix or tag. */
interface LoggedInvalidation {
  readonly sequence: number;
  readonly kind: 'prefix' | 'tag';
  readonly name: string;
  readonly by: string;
  readonly atMs: number;
}

const NONE: readonly string[] = [];

/** What has happened of late, bounded, from which it is told why something is not in the store. Kept only while somebody listens. */
export class MissReasons {
  private readonly stored = new LRUCache<string, Stored>({
    maxSize: MAX_STORED_BYTES,
    sizeCalculation: ({ tags }, key) => BOOKKEEPING_BYTES + 2 * (key.length + tags.join().length),
  });
  /** The newest comes last. */
  private readonly invalidated: LoggedInvalidation[] = [];
  /** Counts invalidations, so that all stands in one order without a clock. */
  sequence = 0;

  /** @param sequence when it was asked for: what comes after that may already have reached it on its way to the store */
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

  /** Why it is not in the store. */
  missReason(place: TracedAddress, nowMs: number): string {
    const stored = this.stored.get(place.key);
    const cause = this.invalidationSince(stored?.sequence ?? 0, place, stored?.tags);
    if (cause !== undefined) {
      const invalidated = `invalidated ${ago(cause.atMs, nowMs)} by ${cause.by}`;
      return stored === undefined ? `first asked for since ${invalidated}` : invalidated;
    }
    if (stored === undefined) return 'first asked for, or evicted';
    return stored.expiresAtMs <= nowMs ? `expired ${ago(stored.expiresAtMs, nowMs)}` : 'evicted, or invalidated unnoticed';
  }

  /** Whether it is known to have been invalidated after that. @param tags those that the response has brought */
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
