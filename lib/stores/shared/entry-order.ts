import { LRUCache } from 'lru-cache';
import type { StoredResponse } from '../../http/stored-response.js';
import type { Driver } from './driver.js';
import { isMark, newMark, startOf } from './entry-codec.js';
import type { SharedLease } from './shared-lease.js';

/** The number of entries whose order this process remembers. */
const MAX_ORDERED = 10_000;
/** Comparisons before an unconditional write: after so many, the value of the key is unreadable. */
const ATTEMPTS = 4;

/** Milliseconds that a mark stays in the store. The entry of a longer fill may replace the mark. */
const MARK_MS = 60 * 60 * 1000;

/** Stores an entry in the order of fills, or only if the store has no fresh entry. */
export type PutMode = 'in-order' | 'if-absent';

/** One write of a response, with the bytes of its entry. */
export interface Placed {
  readonly entryKey: string;
  readonly response: StoredResponse;
  readonly value: Buffer;
  readonly lifetimeMs: number;
  readonly mode: PutMode;
  /** True if the application sets the entry: the last write of two processes wins. */
  readonly isValue: boolean;
  /** The current value of the key. It is read for `if-absent`, and if the driver has no atomic compare-and-set. */
  readonly present: Buffer | undefined;
}

interface Place {
  readonly entryKey: string;
  /** The first bytes of the entry. */
  readonly start: string;
}

/**
 * The order of fills: an earlier fill does not replace the entry of a later fill. This process numbers its own fills. Between processes, a
 * fill replaces only the entry that it saw before it began. If another entry is present, the order of the two fills is unknown: a normal
 * fill is discarded, and a forced fill stores a mark, which every look-up treats as a miss.
 */
export class EntryOrder {
  private latest = 0;
  /** The latest stored fill of this process, by entry key. */
  private readonly latestStored = new LRUCache<string, number>({ max: MAX_ORDERED });
  /** The fill of this process that made an entry, by the first bytes of the entry. */
  private readonly sequences = new LRUCache<string, number>({ max: MAX_ORDERED });
  /** The last known place of a response in the store. */
  private readonly places = new WeakMap<StoredResponse, Place>();

  constructor(private readonly driver: Driver) {}

  /** Returns the sequence number of a new fill. It is larger than all numbers before. */
  next(): number {
    return ++this.latest;
  }

  /** Records that a response is in the store. */
  noteStored(response: StoredResponse, entryKey: string, start: string | undefined): void {
    if (start !== undefined) this.places.set(response, { entryKey, start });
  }

  /** @returns true if the response is stored */
  async store(placed: Placed, lease: SharedLease): Promise<boolean> {
    const { entryKey, value, lifetimeMs, response, present } = placed;
    const start = startOf(value);
    const place = this.places.get(response);
    if (place?.entryKey === entryKey) {
      const isStored = await this.storeAgain(placed, place.start);
      if (isStored) this.noteStored(response, entryKey, start);
      return isStored;
    }
    if (!this.isLatest(placed, lease)) return false;
    // Several processes may have read the same unusable value. The comparison allows only one of them to replace it.
    if (placed.mode === 'if-absent') return this.driver.compareAndSet(entryKey, present, value, lifetimeMs);
    if (placed.isValue) return this.set(placed);
    const isStored = await this.storeInOrder(placed, lease);
    if (isStored) this.noteStored(response, entryKey, start);
    return isStored;
  }

  /** Records that this process stores a fill. @returns false if a later fill is stored already */
  private isLatest({ entryKey, value }: Placed, { sequence }: SharedLease): boolean {
    if ((this.latestStored.get(entryKey) ?? 0) > sequence) return false;
    this.latestStored.set(entryKey, sequence);
    this.sequences.set(startOf(value) ?? '', sequence);
    return true;
  }

  private async storeInOrder(placed: Placed, lease: SharedLease): Promise<boolean> {
    let expected = lease.seen;
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const start = await this.replace(placed, expected);
      if (start === true) return true;
      if (start !== undefined && !this.isEarlier(start, lease)) {
        if (lease.isForced && !isMark(start)) await this.driver.set(placed.entryKey, newMark(), MARK_MS);
        return false;
      }
      expected = start;
    }
    return this.set(placed);
  }

  /** Replaces a stored entry with the same response and more variants. */
  private async storeAgain(placed: Placed, stored: string): Promise<boolean> {
    const sequence = this.sequences.get(stored);
    if (sequence !== undefined) this.sequences.set(startOf(placed.value) ?? '', sequence);
    return (await this.replace(placed, stored)) === true;
  }

  /** @returns true if the entry is stored; otherwise the first bytes of the present entry, `undefined` if none is present */
  private async replace(placed: Placed, expected: string | undefined): Promise<true | string | undefined> {
    const { entryKey, value, lifetimeMs } = placed;
    if (this.driver.hasAtomicCas) {
      const start = expected === undefined ? undefined : Buffer.from(expected, 'latin1');
      if (await this.driver.replace(entryKey, start, value, lifetimeMs)) return true;
      const [found] = await this.driver.getMany([entryKey]);
      const present = startOf(found?.value);
      // If the key has this entry, an earlier write succeeded and its reply was lost.
      return present === startOf(value) ? true : present;
    }
    const present = startOf(placed.present);
    if (present !== expected) return present;
    return this.set(placed);
  }

  private async set({ entryKey, value, lifetimeMs }: Placed): Promise<true> {
    await this.driver.set(entryKey, value, lifetimeMs);
    return true;
  }

  private isEarlier(start: string, lease: SharedLease): boolean {
    return (this.sequences.get(start) ?? Infinity) < lease.sequence;
  }
}
