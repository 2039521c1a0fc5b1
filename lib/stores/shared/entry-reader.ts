import type { Driver, Found } from './driver.js';
import { decodeEntry, type SharedEntry } from './entry-format.js';

/** What stands under the key of an entry, and what was found with it. */
export interface Read {
  readonly value: SharedEntry | undefined;
  readonly found: readonly Found[];
}

/** Reads an entry and other keys in one round trip. */
export interface EntryReader {
  read(entryKey: string, otherKeys: readonly string[]): Promise<Read>;
}

/** Every entry comes from the store, whole. */
export class FarEntries implements EntryReader {
  constructor(private readonly driver: Driver) {}

  async read(entryKey: string, otherKeys: readonly string[]): Promise<Read> {
    const [first, ...found] = await this.driver.getMany([entryKey, ...otherKeys]);
    return { value: first?.value && decodeEntry(first.value), found };
  }
}
