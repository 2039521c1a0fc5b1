import { createHash } from 'node:crypto';
import { Batches } from './batches.js';
import type { Driver, Found } from './driver.js';
import { newToken } from './generation.js';

/** The number of records in the log. Earlier records are lost. */
const MAX_RECORDS = 64;
/** The maximum number of tags in one record. A record of more tags counts as one of all tags. */
const MAX_TAGS = 64;
const ALL = '*';
/** Attempts to append a record before a new log replaces the log. If several processes append at once, one succeeds per attempt. */
const ATTEMPTS = 4;
const LIFETIME_MS = 60 * 60 * 1000;

/**
 * The recent tag invalidations, for fills whose tags are computed at their end. An invalidation writes the log before the generations of
 * the tags. If the log is lost, or has dropped the record at an offset, all tags count as invalidated.
 */
export class TagLog {
  /** Records that arrive while this process writes one form the next record. */
  private readonly records: Batches<readonly string[], void>;

  /** @param timeoutMs milliseconds that one operation of the store may take */
  constructor(
    private readonly driver: Driver,
    private readonly key: string,
    timeoutMs: number,
  ) {
    this.records = new Batches(records => this.appendHashes([...new Set(records.flat())]), timeoutMs);
  }

  /** Returns the current offset of the log. @returns undefined if the log could not be created */
  async offset(): Promise<string | undefined> {
    let [found] = await this.driver.getMany([this.key]);
    if (found?.value === undefined) {
      await this.driver.setIfAbsent(this.key, Buffer.from(newToken()), LIFETIME_MS);
      [found] = await this.driver.getMany([this.key]);
    }
    return found?.value && offsetIn(found);
  }

  append(tags: readonly string[]): Promise<void> {
    return this.records.add(tags.map(tagHash));
  }

  /** Appends an invalidation of all tags, because the invalidated tags are unknown. */
  appendAll(): Promise<void> {
    return this.records.add([ALL]);
  }

  /** Returns true if one of the tags was invalidated after the offset, or may have been. */
  async invalidatedSince(offset: string, tags: readonly string[]): Promise<boolean> {
    const [found] = await this.driver.getMany([this.key]);
    if (found?.value === undefined) return true;
    const records = recordsIn(found);
    const reached = records.findIndex(record => offset === offsetOf(record, found));
    if (reached === -1) return true;
    const hashes = hashesIn(records.slice(reached + 1));
    return hashes.has(ALL) || tags.some(tag => hashes.has(tagHash(tag)));
  }

  /** Returns true if the log contains an invalidation or a write of one of the tags. */
  async includesAny(tags: readonly string[]): Promise<boolean> {
    const [found] = await this.driver.getMany([this.key]);
    const hashes = hashesIn(found === undefined ? [] : recordsIn(found));
    return tags.some(tag => hashes.has(tagHash(tag)));
  }

  private async appendHashes(hashes: readonly string[]): Promise<void> {
    const record = [newToken(), ...(hashes.length > MAX_TAGS ? [ALL] : hashes)].join(',');
    // Without an atomic compare-and-set, an append could lose a concurrent record of another process although earlier offsets stay valid.
    // A new log makes all earlier offsets unknown.
    const attempts = this.driver.hasAtomicCas ? ATTEMPTS : 0;
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const [found] = await this.driver.getMany([this.key]);
      const records = found?.value === undefined ? [] : recordsIn(found);
      const value = Buffer.from([...records.slice(1 - MAX_RECORDS), record].join(';'));
      if (await this.driver.compareAndSet(this.key, found?.value, value, LIFETIME_MS)) return;
    }
    await this.driver.set(this.key, Buffer.from(record), LIFETIME_MS);
  }
}

function recordsIn({ value }: Found): string[] {
  return value === undefined ? [] : value.toString('latin1').split(';');
}

function hashesIn(records: readonly string[]): ReadonlySet<string> {
  return new Set(records.flatMap(record => record.split(',').slice(1)));
}

function offsetIn(found: Found): string {
  return offsetOf(recordsIn(found).at(-1) ?? '', found);
}

/** Returns the offset of a record. It contains the incarnation, because a server may return with older data. */
function offsetOf(record: string, { incarnation }: Found): string {
  return `${record.split(',', 1)[0] ?? ''}@${incarnation}`;
}

/** Returns a short hash of a tag. A collision only invalidates both tags together. */
function tagHash(tag: string): string {
  return createHash('sha256').update(tag).digest('base64url').slice(0, 8);
}
