import type { Driver, Found } from './driver.js';
import { decodeEntry, IDENTITY_BYTES, startOf, type StoredEntry } from './entry-format.js';

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
