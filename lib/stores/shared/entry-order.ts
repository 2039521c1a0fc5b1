import { LRUCache } from 'lru-cache';
import type { StoredResponse } from '../../http/stored-response.js';
import type { Driver } from './driver.js';
import { isMark, newMark, startOf } from './entry-codec.js';
import type { SharedLease } from './shared-lease.js';

/** Entries whose order is remembered. */
const MAX_ORDERED = 10_000;
/** Comparisons before a write goes without one: then the key holds something that cannot be read. */
const ATTEMPTS = 4;

/** Milliseconds that a mark stays in the store. A computation that runs for longer may be stored in its place. */
const MARK_MS = 60 * 60 * 1000;

/** Where an entry is put: in its order, or where nothing stands that may be served. */
export type Where = 'in-order' | 'where-absent';

/** A response that is to be stored, in the bytes of its entry. */
export interface Placed {
  readonly entryKey: string;
  readonly response: StoredResponse;
  readonly value: Buffer;
  readonly lifetimeMs: number;
  readonly where: Where;
  /** Whether it was not computed: then of two processes the one that stores second wins. */
  readonly isValue: boolean;
  /** What the key holds, where it has been asked for: to store where nothing stands, and if the driver cannot compare and set in one step. */
  readonly present: Buffer | undefined;
}

interface Place {
  readonly entryKey: string;
  /** Of the entry there. */
  readonly start: string;
}

/**
 * The order of computations: an earlier one does not replace what a later one has stored. This process counts its own. Of two processes,
 * the one that stores second replaces only the entry that it has seen before it began. If it has seen another, nobody knows which of the
 * two computations began first: a computation that was not forced is dropped, and one that was forced leaves a mark, which is a miss.
 */
export class EntryOrder {
  private latest = 0;
  /** By entry key, the latest computation of this process that has been stored. */
  private readonly latestStored = new LRUCache<string, number>({ max: MAX_ORDERED });
  /** By the start of an entry, the computation of this process that it is of. */
  private readonly sequences = new LRUCache<string, number>({ max: MAX_ORDERED });
  /** Where responses are in the store, as far as this process knows. */
  private readonly places = new WeakMap<StoredResponse, Place>();

  constructor(private readonly driver: Driver) {}

  /** @returns a number for a computation that begins now: larger than those of all before */
  next(): number {
    return ++this.latest;
  }

  /** Notes that a response is in the store. */
  noteStored(response: StoredResponse, entryKey: string, start: string | undefined): void {
    if (start !== undefined) this.places.set(response, { entryKey, start });
  }

  /** @returns true if it is stored */
  async store(placed: Placed, lease: SharedLease): Promise<boolean> {
    const { entryKey, value, lifetimeMs, response, present } = placed;
    const start = startOf(value);
    const place = this.places.get(response);
    if (place?.entryKey === entryKey) {
      const isStored = await this.storeMore(placed, place.start);
      if (isStored) this.noteStored(response, entryKey, start);
      return isStored;
    }
    if (!this.isLatest(placed, lease)) return false;
    // It is compared, so that of several who find it one takes its place.
    if (placed.where === 'where-absent') return this.driver.compareAndSet(entryKey, present, value, lifetimeMs);
    if (placed.isValue) return this.set(placed);
    const isStored = await this.storeInOrder(placed, lease);
    if (isStored) this.noteStored(response, entryKey, start);
    return isStored;
  }

  /** Notes that this process stores what was computed. @returns false if a later computation has been stored */
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

  /** Stores an entry again that is in the store already, with more of it. */
  private async storeMore(placed: Placed, stored: string): Promise<boolean> {
    const sequence = this.sequences.get(stored);
    if (sequence !== undefined) this.sequences.set(startOf(placed.value) ?? '', sequence);
    return (await this.replace(placed, stored)) === true;
  }

  /** @returns true if it is stored; otherwise the start of the entry that stands there, `undefined` if none does */
  private async replace(placed: Placed, expected: string | undefined): Promise<true | string | undefined> {
    const { entryKey, value, lifetimeMs } = placed;
    if (this.driver.hasAtomicCas) {
      const start = expected === undefined ? undefined : Buffer.from(expected, 'latin1');
      if (await this.driver.replace(entryKey, start, value, lifetimeMs)) return true;
      const [found] = await this.driver.getMany([entryKey]);
      const standing = startOf(found?.value);
      // It has been stored, and the answer was lost.
      return standing === startOf(value) ? true : standing;
    }
    const standing = startOf(placed.present);
    if (standing !== expected) return standing;
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
