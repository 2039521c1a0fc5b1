import type { Driver, Found } from './driver.js';
import { decodeEntry, IDENTITY_BYTES, startOf, type StoredEntry } from './entry-codec.js';
import { LRUCache } from 'lru-cache';

/** What stands under the key of an entry, and what was found with it. */
export interface ReadResult {
  readonly value: StoredEntry | undefined;
  /** The first bytes of what stands there, whatever it is; `undefined`: nothing stands there. */
  readonly start: string | undefined;
  readonly found: readonly Found[];
}

/** Reads an entry and other keys in one round trip. */
export interface EntryReader {
  read(entryKey: string, otherKeys: readonly string[]): Promise<ReadResult>;
}

/** Reads the first bytes of an entry and other keys in one round trip: without its body, where the driver can. */
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

/** Every entry comes from the store, whole. */
export class RemoteReader implements EntryReader {
  constructor(private readonly driver: Driver) {}

  async read(entryKey: string, otherKeys: readonly string[]): Promise<ReadResult> {
    const [first, ...found] = await this.driver.getMany([entryKey, ...otherKeys]);
    return { value: first?.value && decodeEntry(first.value), start: startOf(first?.value), found };
  }
}

/** A driver that can read the beginning of a value alone. */
export type RangeReadingDriver = Driver & Required<Pick<Driver, 'getRange'>>;

interface NearEntry {
  readonly identity: Buffer;
  readonly value: StoredEntry;
  readonly bytes: number;
}

/** Bytes that one entry takes in memory beyond what the store keeps of it. */
const BOOKKEEPING_BYTES = 1500;

/**
 * Keeps what came from the store, and asks it only for the first bytes next time: they tell whether it still holds the same entry. So
 * nothing is served that would not be served without, and no body is moved twice.
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
