import { LRUCache } from 'lru-cache';
import type { Driver } from './driver.js';
import { decodeEntry, IDENTITY_BYTES, startOf, type SharedEntry } from './entry-format.js';
import type { EntryReader, Read } from './entry-reader.js';

/** A driver that can read the beginning of a value alone. */
export type StartReadingDriver = Driver & Required<Pick<Driver, 'getStart'>>;

interface Near {
  readonly identity: Buffer;
  readonly value: SharedEntry;
  readonly bytes: number;
}

/** Bytes that one entry takes in memory beyond what the store keeps of it. */
const BOOKKEEPING_BYTES = 1500;

/**
 * Keeps what came from the store, and asks it only for the first bytes next time: they tell whether it still holds the same entry. So
 * nothing is served that would not be served without, and no body is moved twice.
 */
export class NearEntries implements EntryReader {
  private readonly near: LRUCache<string, Near>;

  constructor(
    private readonly driver: StartReadingDriver,
    maxBytes: number,
  ) {
    this.near = new LRUCache({ maxSize: maxBytes, sizeCalculation: ({ bytes }) => bytes });
  }

  get bytes(): number {
    return this.near.calculatedSize;
  }

  async read(entryKey: string, otherKeys: readonly string[]): Promise<Read> {
    const near = this.near.get(entryKey);
    if (near === undefined) return this.readFar(entryKey, otherKeys);
    const [start, found] = await Promise.all([this.driver.getStart(entryKey, IDENTITY_BYTES), this.driver.getMany(otherKeys)]);
    if (start.equals(near.identity)) return { value: near.value, start: startOf(near.identity), found };
    this.near.delete(entryKey);
    return start.length === 0 ? { value: undefined, start: undefined, found } : this.readFar(entryKey, otherKeys);
  }

  clear(): void {
    this.near.clear();
  }

  private async readFar(entryKey: string, otherKeys: readonly string[]): Promise<Read> {
    const [first, ...found] = await this.driver.getMany([entryKey, ...otherKeys]);
    if (first?.value === undefined) return { value: undefined, start: undefined, found };
    const value = decodeEntry(first.value);
    if (value !== undefined) {
      const identity = Buffer.from(first.value.subarray(0, IDENTITY_BYTES));
      this.near.set(entryKey, { identity, value, bytes: first.value.length + BOOKKEEPING_BYTES });
    }
    return { value, start: startOf(first.value), found };
  }
}

export function canReadStart(driver: Driver): driver is StartReadingDriver {
  return driver.getStart !== undefined;
}
