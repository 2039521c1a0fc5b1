import type { Address, WriteIntent, InvalidationResult, Targets } from '../store.js';
import type { Generations, KnownValues } from './generations.js';
import type { KeySpace } from './key-space.js';
import type { Writers } from './writers.js';
import type { CircuitBreaker } from './circuit-breaker.js';
import { SharedWriteIntent } from './shared-write-intent.js';
import type { TagLog } from './tag-log.js';
import { InvalidationRetries } from './invalidation-retries.js';

/** Targets that are sent to the store at once. More would take longer than one operation may. */
const TARGETS_AT_ONCE = 100;

/** What invalidations do in a shared store, and what becomes of them when it cannot be told. */
export class Invalidations {
  private readonly retries: InvalidationRetries;

  constructor(
    private readonly keys: KeySpace,
    private readonly generations: Generations,
    private readonly owners: Writers,
    private readonly tagLog: TagLog,
    private readonly reachability: CircuitBreaker,
  ) {
    this.retries = new InvalidationRetries(
      (targets, ownerIds) => this.end(targets, ownerIds, new Map()),
      (targets, ownerIds) => this.end(targets, ownerIds, new Map(), true),
    );
  }

  /**
   * Whether something over the address has been invalidated and the store does not know.
   *
   * @param tags that the entry has brought; without, those that it may bring count
   */
  hasPendingFor(address: Address, tags?: readonly string[]): boolean {
    return this.retries.hasPendingFor(address, tags);
  }

  invalidate(targets: Targets): Promise<InvalidationResult> {
    return this.endOrRetry(targets, [], new Map());
  }

  /**
   * Announces a change, so that nothing computed meanwhile is kept.
   *
   * @throws StoreUnreachable
   */
  async beginWrite(targets: Targets): Promise<WriteIntent> {
    const change = new SharedWriteIntent(targets, this.owners.newWriter(), {
      declare: (those, ownerId, seen, isOver) => this.declare(those, ownerId, seen, isOver),
      end: (those, ownerId, seen) => this.endOrRetry(those, [ownerId], seen),
      abort: (those, ownerId, seen) => this.abort(those, ownerId, seen),
      retry: (those, cause) => this.retries.add(those, [], cause),
    });
    await change.begin();
    return change;
  }

  /** Resolves when the store knows all invalidations. */
  allDelivered(): Promise<void> {
    return this.retries.allDelivered();
  }

  /** @returns the targets that could not be delivered */
  close(): Promise<readonly Targets[]> {
    return this.retries.close();
  }

  private declare(targets: Targets, ownerId: string, seen: KnownValues, isOver: () => boolean): Promise<KnownValues> {
    return this.inChunks('a change could not be announced', targets, async chunk => {
      const [prepared] = await Promise.all([this.prepare(chunk, seen), this.owners.refresh(ownerId)]);
      const announced = await this.generations.beginWrite(prepared, ownerId);
      // The store has been given up meanwhile, and nobody else would end it.
      return isOver() ? this.generations.endWrites(announced, [ownerId], false) : announced;
    });
  }

  private async abort(targets: Targets, ownerId: string, seen: KnownValues): Promise<void> {
    await this.inChunks('the end of a change that changed nothing could not be told', targets, async chunk =>
      this.generations.endWrites(await this.complete(chunk, seen), [ownerId], false),
    );
  }

  /** @param isLast true if no later attempt follows: then a store whose circuit breaker is open is asked too */
  private async end(targets: Targets, ownerIds: readonly string[], seen: KnownValues, isLast = false): Promise<void> {
    const send = async (chunk: Targets): Promise<KnownValues> =>
      this.generations.endWrites(await this.prepare(chunk, seen), ownerIds, true);
    await this.inChunks('an invalidation could not be delivered', targets, send, isLast);
  }

  /** Each chunk is an operation with a time limit of its own, so that any number of targets can be sent to a store that answers. */
  private async inChunks(
    what: string,
    targets: Targets,
    send: (chunk: Targets) => Promise<KnownValues>,
    insists = false,
  ): Promise<KnownValues> {
    const all: KnownValues = new Map();
    for (const chunk of chunksOf(targets)) {
      for (const [key, value] of await this.send(what, () => send(chunk), insists)) all.set(key, value);
    }
    return all;
  }

  private send<T>(what: string, operation: () => Promise<T>, insists: boolean): Promise<T> {
    return insists ? this.reachability.insist(what, operation) : this.reachability.run(what, operation);
  }

  private async endOrRetry(targets: Targets, ownerIds: readonly string[], seen: KnownValues): Promise<InvalidationResult> {
    try {
      await this.end(targets, ownerIds, seen);
      return undefined;
    } catch (error) {
      return this.retries.add(targets, ownerIds, error);
    }
  }

  /** Computations that do not know their tags yet must see that some tag is invalidated before they can see the tag's new generation. */
  private async prepare(targets: Targets, seen: KnownValues): Promise<KnownValues> {
    if (targets.tags !== undefined && targets.tags.length > 0) await this.tagLog.append(targets.tags);
    return this.complete(targets, seen);
  }

  /** What has been seen, and a look at the rest. */
  private async complete(targets: Targets, seen: KnownValues): Promise<KnownValues> {
    const keys = this.keys.generationsOf(targets);
    const missing = keys.filter(key => !seen.has(key));
    const read = missing.length === 0 ? undefined : await this.generations.read(missing);
    return new Map(keys.map(key => [key, seen.has(key) ? seen.get(key) : read?.get(key)]));
  }
}

function* chunksOf({ prefixes, tags = [] }: Targets): Generator<Targets> {
  for (let start = 0; start < prefixes.length; start += TARGETS_AT_ONCE)
    yield { prefixes: prefixes.slice(start, start + TARGETS_AT_ONCE) };
  for (let start = 0; start < tags.length; start += TARGETS_AT_ONCE)
    yield { prefixes: [], tags: tags.slice(start, start + TARGETS_AT_ONCE) };
}
