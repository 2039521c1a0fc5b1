import type { Address, Change, Invalidated, Targets } from '../store.js';
import type { Generations, Seen } from './generations.js';
import type { KeySpace } from './key-space.js';
import type { Reachability } from './reachability.js';
import { SharedChange } from './shared-change.js';
import type { TagLog } from './tag-log.js';
import { UndeliveredInvalidations } from './undelivered-invalidations.js';

/** What invalidations do in a shared store, and what becomes of them when it cannot be told. */
export class Invalidations {
  private readonly undelivered: UndeliveredInvalidations;

  constructor(
    private readonly keys: KeySpace,
    private readonly generations: Generations,
    private readonly tagLog: TagLog,
    private readonly reachability: Reachability,
  ) {
    this.undelivered = new UndeliveredInvalidations((targets, ownerIds) => this.end(targets, ownerIds, new Map()));
  }

  /**
   * Whether something over the address has been invalidated and the store does not know.
   *
   * @param tags that the entry has brought; without, those that it may bring count
   */
  areMissingOver(address: Address, tags?: readonly string[]): boolean {
    return this.undelivered.covers(address, tags);
  }

  invalidate(targets: Targets): Promise<Invalidated> {
    return this.endOrKeep(targets, [], new Map());
  }

  /**
   * Announces a change, so that nothing computed meanwhile is kept.
   *
   * @throws StoreUnreachable
   */
  async beginChange(targets: Targets): Promise<Change> {
    const change = new SharedChange(targets, {
      announce: (those, ownerId, seen, isOver) => this.announce(those, ownerId, seen, isOver),
      end: (those, ownerId, seen) => this.endOrKeep(those, [ownerId], seen),
      abandon: (those, ownerId, seen) => this.abandon(those, ownerId, seen),
      keep: (those, cause) => this.undelivered.add(those, [], cause),
    });
    await change.begin();
    return change;
  }

  /** @returns how many invalidations could not be delivered */
  close(): Promise<number> {
    return this.undelivered.close();
  }

  private announce(targets: Targets, ownerId: string, seen: Seen, isOver: () => boolean): Promise<Seen> {
    return this.reachability.run('a change could not be announced', async () => {
      const announced = await this.generations.beginChange(await this.prepare(targets, seen), ownerId);
      // The store has been given up meanwhile, and nobody else would end it.
      return isOver() ? this.generations.endChanges(announced, [ownerId], false) : announced;
    });
  }

  private async abandon(targets: Targets, ownerId: string, seen: Seen): Promise<void> {
    await this.reachability.run('the end of a change that changed nothing could not be told', async () =>
      this.generations.endChanges(await this.complete(targets, seen), [ownerId], false),
    );
  }

  private async end(targets: Targets, ownerIds: readonly string[], seen: Seen): Promise<void> {
    await this.reachability.run('an invalidation could not be delivered', async () =>
      this.generations.endChanges(await this.prepare(targets, seen), ownerIds, true),
    );
  }

  private async endOrKeep(targets: Targets, ownerIds: readonly string[], seen: Seen): Promise<Invalidated> {
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
    const missing = this.keys.generationsOf(targets).filter(key => !seen.has(key));
    return missing.length === 0 ? seen : new Map([...seen, ...(await this.generations.read(missing))]);
  }
}
