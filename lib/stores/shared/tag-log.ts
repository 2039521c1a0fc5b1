import { createHash } from 'node:crypto';
import { Batches } from './batches.js';
import type { Driver, Found } from './driver.js';
import { newToken } from './generation.js';

/** Invalidations that the log tells apart; of those before, it is not known what they were of. */
const MAX_RECORDS = 64;
/** A round of more tags than that is not told apart from one of all tags. */
const MAX_TAGS = 64;
const ALL = '*';
/** Of many that append at once, one gets through at each attempt; who does not in so many begins a new log. */
const ATTEMPTS = 4;
const LIFETIME_MS = 60 * 60 * 1000;

/**
 * Which tags were invalidated last, for computations that learn of their tags only when they end. It is written before the
 * generations of the tags are. Where it has been lost, or has gone on too far, all tags count as invalidated.
 */
export class TagLog {
  /** Rounds that arrive while this process writes one go together in the next. */
  private readonly records: Batches<readonly string[], void>;

  /** @param timeoutMs milliseconds that one operation of the store may take */
  constructor(
    private readonly driver: Driver,
    private readonly key: string,
    timeoutMs: number,
  ) {
    this.records = new Batches(records => this.appendHashes([...new Set(records.flat())]), timeoutMs);
  }

  /** Where the log is now. @returns `undefined` when it could not be begun */
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

  /** Where nobody can say what was changed. */
  appendAll(): Promise<void> {
    return this.records.add([ALL]);
  }

  /** Whether one of the tags was invalidated since the log was at the position, or may have been. */
  async invalidatedSince(offset: string, tags: readonly string[]): Promise<boolean> {
    const [found] = await this.driver.getMany([this.key]);
    if (found?.value === undefined) return true;
    const records = recordsIn(found);
    const reached = records.findIndex(round => offset === offsetOf(round, found));
    if (reached === -1) return true;
    const marks = new Set(records.slice(reached + 1).flatMap(round => round.split(',').slice(1)));
    return marks.has(ALL) || tags.some(tag => marks.has(tagHash(tag)));
  }

  /** Whether one of the tags was invalidated, or a change of it begun, since the log has been kept. */
  async names(tags: readonly string[]): Promise<boolean> {
    const [found] = await this.driver.getMany([this.key]);
    const marks = new Set(found === undefined ? [] : recordsIn(found).flatMap(round => round.split(',').slice(1)));
    return tags.some(tag => marks.has(tagHash(tag)));
  }

  private async appendHashes(marks: readonly string[]): Promise<void> {
    const round = [newToken(), ...(marks.length > MAX_TAGS ? [ALL] : marks)].join(',');
    // Without a comparison in one step, what another appends in between would be lost, and what was before it kept: so it begins anew.
    const attempts = this.driver.hasAtomicCas ? ATTEMPTS : 0;
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const [found] = await this.driver.getMany([this.key]);
      const records = found?.value === undefined ? [] : recordsIn(found);
      const value = Buffer.from([...records.slice(1 - MAX_RECORDS), round].join(';'));
      if (await this.driver.compareAndSet(this.key, found?.value, value, LIFETIME_MS)) return;
    }
    await this.driver.set(this.key, Buffer.from(round), LIFETIME_MS);
  }
}

function recordsIn({ value }: Found): string[] {
  return value === undefined ? [] : value.toString('latin1').split(';');
}

function offsetIn(found: Found): string {
  return offsetOf(recordsIn(found).at(-1) ?? '', found);
}

/** A server that comes back with older data is at another position. */
function offsetOf(round: string, { incarnation }: Found): string {
  return `${round.split(',', 1)[0] ?? ''}@${incarnation}`;
}

/** Two tags of one mark are invalidated together, at worst. */
function tagHash(tag: string): string {
  return createHash('sha256').update(tag).digest('base64url').slice(0, 8);
}
