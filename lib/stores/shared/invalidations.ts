import type { Address, WriteIntent, InvalidationResult, Targets } from '../store.js';
import type { Generations, Seen } from './generations.js';
import type { KeySpace } from './key-space.js';
import type { Owners } from './owners.js';
import type { Reachability } from './reachability.js';
import { SharedChange } from './shared-change.js';
import type { TagLog } from './tag-log.js';
import { UndeliveredInvalidations } from './undelivered-invalidations.js';

/** Targets that are sent to the store at once. More would take longer than one operation may. */
const TARGETS_AT_ONCE = 100;

/** What invalidations do in a shared store, and what becomes of them when it cannot be told. */
export class Invalidations {
  private readonly undelivered: UndeliveredInvalidations;

  constructor(
    private readonly keys: KeySpace,
    private readonly generations: Generations,
    private readonly owners: Owners,
    private readonly tagLog: TagLog,
    private readonly reachability: Reachability,
  ) {
    this.undelivered = new UndeliveredInvalidations(
      (targets, ownerIds) => this.end(targets, ownerIds, new Map()),
      (targets, ownerIds) => this.end(targets, ownerIds, new Map(), true),
    );
  }

  /**
   * Whether something over the address has been invalidated and the store does not know.
   *
   * @param tags that the entry has brought; without, those that it may bring count
   */
  areMissingOver(address: Address, tags?: readonly string[]): boolean {
    return this.undelivered.covers(address, tags);
  }

  invalidate(targets: Targets): Promise<InvalidationResult> {
    return this.endOrKeep(targets, [], new Map());
  }

  /**
   * Announces a change, so that nothing computed meanwhile is kept.
   *
   * @throws StoreUnreachable
   */
  async beginWrite(targets: Targets): Promise<WriteIntent> {
    const change = new SharedChange(targets, this.owners.newOwner(), {
      announce: (those, ownerId, seen, isOver) => this.announce(those, ownerId, seen, isOver),
      end: (those, ownerId, seen) => this.endOrKeep(those, [ownerId], seen),
      abandon: (those, ownerId, seen) => this.abandon(those, ownerId, seen),
      keep: (those, cause) => this.undelivered.add(those, [], cause),
    });
    await change.begin();
    return change;
  }

  /** Resolves when the store knows all invalidations. */
  allDelivered(): Promise<void> {
    return this.undelivered.allDelivered();
  }

  /** @returns the targets that could not be delivered */
  close(): Promise<readonly Targets[]> {
    return this.undelivered.close();
  }

  private announce(targets: Targets, ownerId: string, seen: Seen, isOver: () => boolean): Promise<Seen> {
    return this.inChunks('a change could not be announced', targets, async chunk => {
      const [prepared] = await Promise.all([this.prepare(chunk, seen), this.owners.refresh(ownerId)]);
      const announced = await this.generations.beginWrite(prepared, ownerId);
      // The store has been given up meanwhile, and nobody else would end it.
      return isOver() ? this.generations.endChanges(announced, [ownerId], false) : announced;
    });
  }

  private async abandon(targets: Targets, ownerId: string, seen: Seen): Promise<void> {
    await this.inChunks('the end of a change that changed nothing could not be told', targets, async chunk =>
      this.generations.endChanges(await this.complete(chunk, seen), [ownerId], false),
    );
  }

  /** @param isLast true if no later attempt follows: then a store whose circuit breaker is open is asked too */
  private async end(targets: Targets, ownerIds: readonly string[], seen: Seen, isLast = false): Promise<void> {
    const send = async (chunk: Targets): Promise<Seen> =>
      this.generations.endChanges(await this.prepare(chunk, seen), ownerIds, true);
    await this.inChunks('an invalidation could not be delivered', targets, send, isLast);
  }

  /** Each chunk is an operation with a time limit of its own, so that any number of targets can be sent to a store that answers. */
  private async inChunks(
    what: string,
    targets: Targets,
    send: (chunk: Targets) => Promise<Seen>,
    insists = false,
  ): Promise<Seen> {
    const all: Seen = new Map();
    for (const chunk of chunksOf(targets)) {
      for (const [key, value] of await this.ask(what, () => send(chunk), insists)) all.set(key, value);
    }
    return all;
  }

  private ask<T>(what: string, operation: () => Promise<T>, insists: boolean): Promise<T> {
    return insists ? this.reachability.insist(what, operation) : this.reachability.run(what, operation);
  }

  private async endOrKeep(targets: Targets, ownerIds: readonly string[], seen: Seen): Promise<InvalidationResult> {
    try {
      await this.end(targets, ownerIds, seen);
      return undefined;
    } catch (error) {
      return this.undelivered.add(targets, ownerIds, error);
    }
  }

  /** Computations that do not know their tags yet must see that some tag is invalidated before they can see the tag's new generation. */
  private async prepare(targets: Targets, seen: Seen): Promise<Seen> {
    if (targets.tags !== undefined && targets.tags.length > 0) await this.tagLog.append(targets.tags);
    return this.complete(targets, seen);
  }

  /** What has been seen, and a look at the rest. */
  private async complete(targets: Targets, seen: Seen): Promise<Seen> {
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
