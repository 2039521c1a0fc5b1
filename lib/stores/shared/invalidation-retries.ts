import { canonicalise, isUnderPrefix } from '../../keys/canonical-path.js';
import type { Address, InvalidationResult, Targets, Undelivered } from '../store.js';
import { EVERYTHING } from '../targets.js';
import type { EndOfWrite } from './invalidations.js';
import type { KnownValues } from './generations.js';

/** Milliseconds between two attempts. */
const RETRY_MS = 100;
/** The maximum number of pending invalidations. More are replaced by one invalidation of the whole cache. */
const MAX_WAITING = 1000;

interface Waiting extends EndOfWrite {
  readonly delivered: Promise<void>;
  readonly settle: () => void;
}

/** Sends invalidations to the store. Both methods end the writes of the given writers too. */
export interface InvalidationDelivery {
  deliver(write: EndOfWrite, seen?: KnownValues): Promise<void>;
  /** The last attempt, when the store is closed. */
  deliverAtLast(write: EndOfWrite): Promise<void>;
}

/** Delivers invalidations, and retries each undelivered one until the store accepts it. */
export class InvalidationRetries {
  private waiting: Waiting[] = [];
  /** The unsent invalidation of the whole cache that has replaced too many pending ones. */
  private everything: Waiting | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly delivery: InvalidationDelivery) {}

  /**
   * Delivers an invalidation. If that fails, the invalidation is retried later.
   *
   * @param seen values of generations that the caller has read already
   */
  async deliver(write: EndOfWrite, seen?: KnownValues): Promise<InvalidationResult> {
    try {
      await this.delivery.deliver(write, seen);
      return undefined;
    } catch (error) {
      return this.add(write, error);
    }
  }

  /** Adds an undelivered invalidation. */
  add(write: EndOfWrite, cause: unknown): Undelivered {
    // An unsent invalidation of the whole cache covers this one.
    const { everything } = this;
    const isCovered = everything !== undefined && write.settleMs <= everything.settleMs;
    const { delivered } = isCovered ? everything : this.enqueue(write);
    if (this.waiting.length > MAX_WAITING) this.coalesce();
    this.retryLater();
    return { kind: 'undelivered', cause, delivered };
  }

  /**
   * Returns true if a pending invalidation covers the address, so that the stored entry may be invalid.
   *
   * @param tags the computed tags of the entry; undefined before they are computed: then any tag counts if the address has computed tags
   */
  hasPendingFor({ path: { path, ignoresCase }, tags: fixed = [], hasComputedTags }: Address, tags?: readonly string[]): boolean {
    const mayHaveAnyTag = hasComputedTags === true && tags === undefined;
    return this.waiting.some(
      ({ targets }) =>
        targets.prefixes.some(prefix => isUnderPrefix(canonicalise(prefix), { path, ignoresCase })) ||
        targets.tags?.some(tag => mayHaveAnyTag || fixed.includes(tag) || tags?.includes(tag)),
    );
  }

  /** Resolves when no invalidation is pending. */
  async allDelivered(): Promise<void> {
    while (this.waiting.length > 0) await Promise.all(this.waiting.map(({ delivered }) => delivered));
  }

  /** Makes a last attempt. @returns the undelivered targets */
  async close(): Promise<readonly Targets[]> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.retry();
    return this.waiting.map(({ targets }) => targets);
  }

  private enqueue(write: EndOfWrite): Waiting {
    let settle: () => void = () => undefined;
    const delivered = new Promise<void>(resolve => {
      settle = resolve;
    });
    const waiting = { ...write, delivered, settle };
    this.waiting.push(waiting);
    return waiting;
  }

  /** Replaces all pending invalidations by one of the root prefix, which covers all of them. */
  private coalesce(): void {
    const all = this.waiting;
    this.waiting = [];
    const settleMs = Math.max(...all.map(one => one.settleMs));
    this.everything = this.enqueue({ targets: EVERYTHING, writerIds: [], settleMs });
    void this.everything.delivered.then(() => {
      for (const { settle } of all) settle();
    });
  }

  private retryLater(): void {
    if (this.isClosed) return;
    this.timer ??= setTimeout(() => void this.retry(), RETRY_MS).unref();
  }

  private async retry(): Promise<void> {
    // One at a time: many pending invalidations have the same prefixes, and their compare-and-set loops would collide.
    for (const alike of groupsOf(this.waiting)) {
      // From here on, the store may write the root generation before a new invalidation is added, which then needs its own attempt.
      const { everything } = this;
      if (everything !== undefined && alike.includes(everything)) this.everything = undefined;
      try {
        const write = { ...alike[0], writerIds: alike.flatMap(one => one.writerIds) };
        if (this.isClosed) await this.delivery.deliverAtLast(write);
        else await this.delivery.deliver(write);
      } catch {
        // The store, or the server of these keys, is still unreachable. The circuit breaker has reported the fault.
        if (everything !== undefined && alike.includes(everything)) this.everything ??= everything;
        continue;
      }
      this.waiting = this.waiting.filter(one => !alike.includes(one));
      for (const { settle } of alike) settle();
    }
    this.timer = undefined;
    if (this.waiting.length > 0) this.retryLater();
  }
}

/** Groups invalidations with the same targets and the same time to settle. */
function groupsOf(waiting: readonly Waiting[]): Iterable<[Waiting, ...Waiting[]]> {
  const groups = new Map<string, [Waiting, ...Waiting[]]>();
  for (const one of waiting) {
    const key = JSON.stringify([one.targets.prefixes, one.targets.tags, one.settleMs]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  return groups.values();
}
