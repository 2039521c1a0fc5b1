import { canonicalise, isUnderPrefix } from '../../keys/canonical-path.js';
import type { Address, Targets, Undelivered } from '../store.js';

/** Milliseconds between two attempts. */
const RETRY_MS = 100;
/** More are taken together: then everything is invalidated. */
const MAX_WAITING = 1000;
const EVERYTHING: Targets = { prefixes: ['/'] };

interface Waiting {
  readonly targets: Targets;
  readonly ownerIds: readonly string[];
  readonly delivered: Promise<void>;
  readonly settle: () => void;
}

/** @param ownerIds of the changes that end with it */
export type Deliver = (targets: Targets, ownerIds: readonly string[]) => Promise<void>;

/** Invalidations that the store has not been told of: kept, and tried again until it has. */
export class InvalidationRetries {
  private waiting: Waiting[] = [];
  /** The one invalidation of everything that replaces too many, until it is sent to the store. */
  private everything: Waiting | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  /** @param deliverAtLast for the last attempt, when the cache is closed */
  constructor(
    private readonly deliver: Deliver,
    private readonly deliverAtLast = deliver,
  ) {}

  add(targets: Targets, ownerIds: readonly string[], cause: unknown): Undelivered {
    // An invalidation of everything waits and has not been sent yet: it covers this one.
    const { delivered } = this.everything ?? this.enqueue(targets, ownerIds);
    if (this.waiting.length > MAX_WAITING) this.coalesce();
    this.retryLater();
    return { kind: 'undelivered', cause, delivered };
  }

  /**
   * Whether one of them covers what is at the address, so that it may not be taken from the store.
   *
   * @param tags that the entry has brought; without, those that it may bring count
   */
  hasPendingFor({ path: { path, ignoresCase }, tags: fixed = [], hasComputedTags }: Address, tags?: readonly string[]): boolean {
    // Which tags it is to have is not known yet: any.
    const isOpen = hasComputedTags === true && tags === undefined;
    return this.waiting.some(
      ({ targets }) =>
        targets.prefixes.some(prefix => isUnderPrefix(canonicalise(prefix), { path, ignoresCase })) ||
        targets.tags?.some(tag => isOpen || fixed.includes(tag) || tags?.includes(tag)),
    );
  }

  /** Resolves when no invalidation waits. */
  async allDelivered(): Promise<void> {
    while (this.waiting.length > 0) await Promise.all(this.waiting.map(({ delivered }) => delivered));
  }

  /** Tries once more. @returns the targets that could not be delivered */
  async close(): Promise<readonly Targets[]> {
    this.isClosed = true;
    clearTimeout(this.timer);
    await this.retry();
    return this.waiting.map(({ targets }) => targets);
  }

  private enqueue(targets: Targets, ownerIds: readonly string[]): Waiting {
    let settle: () => void = () => undefined;
    const delivered = new Promise<void>(resolve => {
      settle = resolve;
    });
    const waiting = { targets, ownerIds, delivered, settle };
    this.waiting.push(waiting);
    return waiting;
  }

  /** The whole cache has a generation like any prefix: one invalidation says as much as all. */
  private coalesce(): void {
    const all = this.waiting;
    this.waiting = [];
    this.everything = this.enqueue(EVERYTHING, []);
    void this.everything.delivered.then(() => {
      for (const { settle } of all) settle();
    });
  }

  private retryLater(): void {
    if (this.isClosed) return;
    this.timer ??= setTimeout(() => void this.retry(), RETRY_MS).unref();
  }

  private async retry(): Promise<void> {
    const deliver = this.isClosed ? this.deliverAtLast : this.deliver;
    // One after the other: many that wait are about the same prefixes, and would only be in each other's way.
    for (const alike of groupsOf(this.waiting)) {
      // The store may have written its generation before an invalidation that is added from here on.
      const { everything } = this;
      if (everything !== undefined && alike.includes(everything)) this.everything = undefined;
      try {
        await deliver(
          alike[0].targets,
          alike.flatMap(({ ownerIds }) => ownerIds),
        );
      } catch {
        // The store, or the server of these, is still out of reach, which has been reported when it was found.
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

/** Those that are about the same. */
function groupsOf(waiting: readonly Waiting[]): Iterable<[Waiting, ...Waiting[]]> {
  const groups = new Map<string, [Waiting, ...Waiting[]]>();
  for (const one of waiting) {
    const about = JSON.stringify([one.targets.prefixes, one.targets.tags]);
    const group = groups.get(about);
    if (group === undefined) groups.set(about, [one]);
    else group.push(one);
  }
  return groups.values();
}
