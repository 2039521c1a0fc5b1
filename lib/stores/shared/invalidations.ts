import type { Targets } from '../store.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import type { Generations, KnownValues } from './generations.js';
import type { KeySpace } from './key-space.js';
import type { TagLog } from './tag-log.js';
import { WRITE_MS, type Writers } from './writers.js';

/** The number of paths and of tags in one operation. More targets could exceed the timeout of an operation. */
const CHUNK_SIZE = 50;

/** An invalidation that ends writes. */
export interface EndOfWrite {
  readonly targets: Targets;
  /** The writers whose writes end; none if the invalidation belongs to no write intent. */
  readonly writerIds: readonly string[];
  /** Milliseconds after the invalidation in which the store still refuses entries under the targets. */
  readonly settleMs: number;
}

/** Sends invalidations and writes to the store. Every method rejects with `StoreUnreachable` if the store does not accept the operation. */
export class Invalidations {
  constructor(
    private readonly keys: KeySpace,
    private readonly generations: Generations,
    private readonly writers: Writers,
    private readonly tagLog: TagLog,
    private readonly breaker: CircuitBreaker,
  ) {}

  /**
   * Declares a write, so that the store accepts no entry under the targets until the write ends.
   *
   * @param isOver returns true if the write has ended before the store replied
   * @returns the current values of the generations
   */
  declare(targets: Targets, writerId: string, seen: KnownValues, isOver: () => boolean): Promise<KnownValues> {
    return this.inChunks('a write could not be declared', targets, async chunk => {
      const [prepared] = await Promise.all([this.prepare(chunk, seen), this.writers.refresh(writerId)]);
      const declared = await this.generations.beginWrite(prepared, writerId);
      // The operation timed out and the write has ended, so no other operation removes the writer.
      return isOver() ? this.generations.endWrites(declared, [writerId], false) : declared;
    });
  }

  /** Notes the end of a writer. @returns true if it was the last one of its group */
  forget(writerId: string): boolean {
    return this.writers.end(writerId);
  }

  /** Ends a write that has changed nothing. @param isLast true if no writer of its group runs */
  async abort(targets: Targets, writerId: string, seen: KnownValues, isLast: boolean): Promise<void> {
    await this.inChunks('the end of an aborted write could not be sent', targets, async chunk =>
      this.generations.endWrites(await this.complete(chunk, seen), [writerId], false),
    );
    if (!isLast) return;
    // A change that is refused again and again, such as one of a path that does not exist, must not occupy keys for longer.
    this.breaker.run('ended writers could not be expired', () => this.writers.expireSoon(writerId)).catch(() => undefined);
  }

  /** Invalidates the targets and ends writes. @param seen values of generations that the caller has read already */
  async deliver(write: EndOfWrite, seen: KnownValues = new Map()): Promise<void> {
    await this.send(write, seen, false);
  }

  /** Invalidates the targets even if the circuit breaker is open, because no later attempt follows. */
  async deliverAtLast(write: EndOfWrite): Promise<void> {
    await this.send(write, new Map(), true);
  }

  private async send({ targets, writerIds, settleMs }: EndOfWrite, seen: KnownValues, insists: boolean): Promise<void> {
    const settling = settleMs > 0 ? this.writers.newLoneWriter() : undefined;
    const sendChunk = async (chunk: Targets): Promise<KnownValues> => {
      let known = await this.prepare(chunk, seen);
      if (settling !== undefined) {
        // Without a gap: the generations are dirty until the settling writer dies, also if this process ends here.
        await this.writers.expire(settling, settleMs + WRITE_MS);
        known = await this.generations.beginWrite(known, settling);
      }
      return this.generations.endWrites(known, writerIds, true);
    };
    const what = 'an invalidation could not be delivered';
    await this.inChunks(what, targets, sendChunk, insists);
    if (settling !== undefined) await this.breaker.run(what, () => this.writers.expire(settling, settleMs));
  }

  /** Each chunk is an operation with its own timeout, so the number of targets has no limit. */
  private async inChunks(
    what: string,
    targets: Targets,
    sendChunk: (chunk: Targets) => Promise<KnownValues>,
    insists = false,
  ): Promise<KnownValues> {
    const all: KnownValues = new Map();
    for (const chunk of chunksOf(targets)) {
      const operation = () => sendChunk(chunk);
      const values = await (insists ? this.breaker.insist(what, operation) : this.breaker.run(what, operation));
      for (const [key, value] of values) all.set(key, value);
    }
    return all;
  }

  /** Writes the tag log first: fills with computed tags must see the invalidation before they can see the new generation of a tag. */
  private async prepare(targets: Targets, seen: KnownValues): Promise<KnownValues> {
    if (targets.tags !== undefined && targets.tags.length > 0) await this.tagLog.append(targets.tags);
    return this.complete(targets, seen);
  }

  /** Returns the known values of the targets, and reads the missing ones. */
  private async complete(targets: Targets, seen: KnownValues): Promise<KnownValues> {
    const keys = this.keys.generationsOf(targets);
    const missing = keys.filter(key => !seen.has(key));
    const read = missing.length === 0 ? undefined : await this.generations.read(missing);
    return new Map(keys.map(key => [key, seen.has(key) ? seen.get(key) : read?.get(key)]));
  }
}

/** Paths and tags are in the same chunks, so that a change of both costs no more round trips than a change of tags. */
function* chunksOf({ prefixes, tags = [] }: Targets): Generator<Targets> {
  for (let start = 0; start < Math.max(prefixes.length, tags.length); start += CHUNK_SIZE) {
    const end = start + CHUNK_SIZE;
    yield { prefixes: prefixes.slice(start, end), tags: tags.slice(start, end) };
  }
}
