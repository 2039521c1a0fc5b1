import type { Driver, Found } from './driver.js';
import { decodeEntry, type StoredEntry } from './entry-format.js';

/** What stands under the key of an entry, and what was found with it. */
export interface ReadResult {
  readonly value: StoredEntry | undefined;
  readonly found: readonly Found[];
}

/** Reads an entry and other keys in one round trip. */
export interface EntryReader {
  read(entryKey: string, otherKeys: readonly string[]): Promise<ReadResult>;
}

/** Every entry comes from the store, whole. */
export class RemoteReader implements EntryReader {
  constructor(private readonly driver: Driver) {}

  async read(entryKey: string, otherKeys: readonly string[]): Promise<ReadResult> {
    const [first, ...found] = await this.driver.getMany([entryKey, ...otherKeys]);
    return { value: first?.value && decodeEntry(first.value), found };
  }
}
