import { AsyncScopes } from './async-scopes.js';
import { CollectedTags } from './collected-tags.js';
import type { FaultReporter } from './fault-reporter.js';
import { isNamedTableTag, unfollowedTag } from './table-tags.js';

/** The dependencies of a computation. */
export type Dependencies =
  | { readonly kind: 'known'; readonly tags: readonly string[]; readonly isCoarse: boolean }
  /** An invalidation could not reach what was computed, so it may not be stored. */
  | { readonly kind: 'unknown'; readonly reason: string };

/**
 * The use of the reads of a followed database: they are dependencies, or have no effect, or prevent the storage of a result that uses
 * this one and follows its reads.
 */
export type ReadUse = 'followed' | 'ignored' | { readonly kind: 'refused'; readonly reason: string };

const NONE: Dependencies = { kind: 'known', tags: [], isCoarse: false };

/** The computation of one response or of one memoized result. It collects the tags of its dependencies. */
export class Computation {
  private readonly collected = new CollectedTags();
  /** True if the computation verifies a hit. It uses no stored result. */
  isVerification = false;
  private isComplete = true;
  private isOver = false;
  private outer: Computation | undefined;

  /**
   * @param isTracked false if the computation began before the program used its first tag: then its tags are unknown
   * @param around the computation that this one is part of
   * @param key the key of the entry, by which a recursion is detected
   */
  constructor(
    private readonly isTracked: boolean,
    around?: Computation,
    private readonly key?: string,
    private readonly readUse: ReadUse = 'ignored',
  ) {
    this.outer = around?.running;
  }

  /** Returns this computation if it runs, else the innermost one around it that runs. */
  get running(): Computation | undefined {
    let computation: Computation | undefined = this; // eslint-disable-line @typescript-eslint/no-this-alias -- the first link of the chain
    while (computation?.isOver === true) computation = computation.outer;
    return computation;
  }

  add(tags: Iterable<string>): void {
    this.collected.add(tags);
  }

  /** True if the reads of a followed database have an effect. */
  get followsReads(): boolean {
    return this.readUse !== 'ignored';
  }

  /** Makes the computation depend on what it reads in a followed database. */
  addRead(tags: readonly string[]): void {
    if (this.readUse === 'followed') this.add(tags);
    else if (this.readUse !== 'ignored') this.add([unfollowedTag(this.readUse.reason)]);
  }

  /** Notes a read that a change could miss. @param reason the reason, with the remedy */
  markUnfollowed(reason: string): void {
    this.addRead([unfollowedTag(reason)]);
  }

  has(tag: string): boolean {
    return this.collected.has(tag);
  }

  /** True if its author has named a table that it reads. */
  get namesTables(): boolean {
    return [...this.collected].some(isNamedTableTag);
  }

  /** Notes that the tags of a part could not be computed. */
  markIncomplete(): void {
    this.isComplete = false;
  }

  /** Returns true if this computation, or one around it, computes the entry of the key. */
  isWithin(key: string): boolean {
    let computation: Computation | undefined = this; // eslint-disable-line @typescript-eslint/no-this-alias -- the first link of the chain
    while (computation !== undefined && computation.key !== key) computation = computation.outer;
    return computation !== undefined;
  }

  /** Returns the dependencies that have been collected so far. */
  dependencies(): Dependencies {
    if (!this.isTracked) return { kind: 'unknown', reason: 'it began before the first use of cache.tag' };
    if (!this.isComplete) return { kind: 'unknown', reason: 'the tags of a memoized result in it are unknown' };
    if (this.collected.isOverflown) return { kind: 'unknown', reason: 'it has more than 1000 tags' };
    return { kind: 'known', tags: [...this.collected], isCoarse: this.collected.isCoarse };
  }

  /** Ends the computation. Its tags become tags of the computation around it. */
  end(): void {
    if (this.isOver) return;
    this.isOver = true;
    // An ended computation is not kept in memory by those that began in it.
    this.outer = this.outer?.running;
    if (this.outer !== undefined) {
      this.outer.add(this.collected);
      if (!this.isComplete || this.collected.isOverflown) this.outer.markIncomplete();
    }
    this.collected.clear();
  }
}

/** Reports, once for each action or method, that it uses too many results for exact dependencies. */
export function warnAboutMany(faults: FaultReporter, label: string, { isCoarse }: { readonly isCoarse: boolean }): void {
  if (!isCoarse) return;
  const message = `${label} uses more than 100 memoized results or rows at once, so an invalidation of any result of the same methods, or of any row of the same tables, invalidates it too`;
  faults.warnAboutUse(`${label} dependencies`, message, 'CACHE_DEPENDENCIES_MANY');
}

/** The computation of all code that belongs to none. It collects nothing. */
const UNTRACKED = new Computation(false);

/** The computations of this process. */
export class Computations extends AsyncScopes<Computation> {
  /** True if the process follows a database. */
  isFollowing = false;

  /** Begins to follow a database. */
  startFollowing(): void {
    this.isFollowing = true;
    this.start();
  }

  /** The innermost computation that the running code belongs to. */
  get running(): Computation | undefined {
    return this.current?.running;
  }

  /** Begins a computation within the running one. `run` runs the code that belongs to it. @param key the key of the entry */
  begin(key?: string, reads?: ReadUse): Computation {
    return new Computation(this.isStarted, this.current, key, reads);
  }

  /** Begins a computation that the rest of the running function belongs to. Call it only after the start. */
  enterNew(reads: ReadUse): Computation {
    const computation = this.begin(undefined, reads);
    this.enter(computation);
    return computation;
  }

  /** Begins a computation that uses no stored result. */
  beginVerification(reads: ReadUse): Computation {
    const computation = this.begin(undefined, reads);
    computation.isVerification = true;
    return computation;
  }

  /** Begins a computation whose code belongs to none: it can be stored only if the program uses no tag until its end. */
  beginUntracked(): Computation {
    return UNTRACKED;
  }

  /** Returns the dependencies of a computation that have been collected so far. */
  dependenciesOf(computation: Computation): Dependencies {
    return this.isStarted ? computation.dependencies() : NONE;
  }
}
