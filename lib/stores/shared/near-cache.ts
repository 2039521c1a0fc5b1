import type { Driver, Found } from './driver.js';
import { decodeEntry, IDENTITY_BYTES, startOf, type StoredEntry } from './entry-codec.js';
import { LRUCache } from 'lru-cache';

/** The result of a read: an entry, and the values of other keys. */
export interface ReadResult {
  readonly value: StoredEntry | undefined;
  /** The first bytes of the value, even if it is no entry; `undefined` if the key has no value. */
  readonly start: string | undefined;
  readonly found: readonly Found[];
}

/** Reads an entry and other keys in one round trip. */
export interface EntryReader {
  read(entryKey: string, otherKeys: readonly string[]): Promise<ReadResult>;
}

/** Reads the first bytes of an entry and other keys in one round trip. If the driver can, it does not transfer the body. */
export async function readStart(
  driver: Driver,
  entryKey: string,
  otherKeys: readonly string[],
): Promise<Pick<ReadResult, 'start' | 'found'>> {
  if (driver.getRange === undefined) {
    const [first, ...found] = await driver.getMany([entryKey, ...otherKeys]);
    return { start: startOf(first?.value), found };
  }
  const [start, found] = await Promise.all([driver.getRange(entryKey, IDENTITY_BYTES), driver.getMany(otherKeys)]);
  return { start: start.length === 0 ? undefined : startOf(start), found };
}

/** Reads every entry from the store. */
export class RemoteReader implements EntryReader {
  constructor(private readonly driver: Driver) {}

  async read(entryKey: string, otherKeys: readonly string[]): Promise<ReadResult> {
    const [first, ...found] = await this.driver.getMany([entryKey, ...otherKeys]);
    return { value: first?.value && decodeEntry(first.value), start: startOf(first?.value), found };
  }
}

/** A driver that can read a part of a value. */
export type RangeReadingDriver = Driver & Required<Pick<Driver, 'getRange'>>;

interface NearEntry {
  readonly identity: Buffer;
  readonly value: StoredEntry;
  readonly bytes: number;
}

/** The memory in bytes that one entry needs in addition to its length in the store. */
const BOOKKEEPING_BYTES = 1500;

/**
 * Holds recently read entries in this process. A later read transfers only the first bytes of an entry, which identify it. So a near cache
 * serves only entries that the store would serve, and no body is transferred twice.
 */
export class NearCache implements EntryReader {
  private readonly near: LRUCache<string, NearEntry>;

  constructor(
    private readonly driver: RangeReadingDriver,
    maxBytes: number,
  ) {
    this.near = new LRUCache({ maxSize: maxBytes, sizeCalculation: ({ bytes }) => bytes });
  }

  get bytes(): number {
    return this.near.calculatedSize;
  }

  async read(entryKey: string, otherKeys: readonly string[]): Promise<ReadResult> {
    const near = this.near.get(entryKey);
    if (near === undefined) return this.readRemote(entryKey, otherKeys);
    const [start, found] = await Promise.all([this.driver.getRange(entryKey, IDENTITY_BYTES), this.driver.getMany(otherKeys)]);
    if (start.equals(near.identity)) return { value: near.value, start: startOf(near.identity), found };
    this.near.delete(entryKey);
    return start.length === 0 ? { value: undefined, start: undefined, found } : this.readRemote(entryKey, otherKeys);
  }

  clear(): void {
    this.near.clear();
  }

  private async readRemote(entryKey: string, otherKeys: readonly string[]): Promise<ReadResult> {
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

export function canReadRange(driver: Driver): driver is RangeReadingDriver {
  return driver.getRange !== undefined;
}
