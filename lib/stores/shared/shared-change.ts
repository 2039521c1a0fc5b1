import type { WriteIntent, InvalidationResult, Targets, Undelivered } from '../store.js';
import type { Seen } from './generations.js';
import { CHANGE_MS } from './owners.js';

/** What a change tells the store. All reject when it cannot be told, but `end`. */
export interface ChangeNotices {
  /** That it is under way, unless it is over when the store learns of it. @returns what stands in the store then */
  announce(targets: Targets, ownerId: string, seen: Seen, isOver: () => boolean): Promise<Seen>;
  /** That it has ended. What cannot be told is kept. */
  end(targets: Targets, ownerId: string, seen: Seen): Promise<InvalidationResult>;
  /** That it has ended and nothing has changed. */
  abandon(targets: Targets, ownerId: string, seen: Seen): Promise<void>;
  /** Keeps an invalidation that could not be told. */
  keep(targets: Targets, cause: unknown): Undelivered;
}

/** A change under way, announced again and again while it lasts: one that is not heard of any more has died. */
export class SharedChange implements WriteIntent {
  private seen: Seen = new Map();
  private hasChanged = false;
  private isOver = false;
  private timer: NodeJS.Timeout | undefined;
  private latest: Promise<void> = Promise.resolve();
  /** When the latest announcement that has reached the store was sent. */
  private announced = readClocks();

  constructor(
    private targets: Targets,
    private readonly ownerId: string,
    private readonly notices: ChangeNotices,
  ) {}

  async begin(): Promise<void> {
    try {
      await this.announce();
    } catch (error) {
      this.isOver = true;
      throw error;
    }
    this.timer = setInterval(() => {
      // What goes wrong has been reported, and the next one may do better.
      this.latest = this.announce().catch(() => undefined);
    }, CHANGE_MS / 3).unref();
  }

  async invalidate(targets: Targets): Promise<InvalidationResult> {
    this.hasChanged = true;
    this.targets = together(this.targets, targets);
    try {
      // Announced anew, nothing of before is served; and what is computed from now on is not kept, since the change goes on.
      await this.announce();
      return undefined;
    } catch (error) {
      return { ...this.notices.keep(this.targets, error), hasLapsed: this.mayHaveLapsed() };
    }
  }

  async commit(targets: Targets): Promise<InvalidationResult> {
    const hasLapsed = this.mayHaveLapsed();
    await this.fallSilent();
    const undelivered = await this.notices.end(together(this.targets, targets), this.ownerId, this.seen);
    return undelivered && { ...undelivered, hasLapsed };
  }

  async abort(): Promise<void> {
    if (this.hasChanged) {
      await this.commit({ prefixes: [] });
      return;
    }
    await this.fallSilent();
    // Where the store cannot be told, it learns by hearing no more.
    await this.notices.abandon(this.targets, this.ownerId, this.seen).catch(() => undefined);
  }

  private async announce(): Promise<void> {
    const sent = readClocks();
    this.seen = await this.notices.announce(this.targets, this.ownerId, this.seen, () => this.isOver);
    this.announced = sent;
  }

  /** Whether the store may have taken the change for dead, as when this process was stopped. The monotonic clock may stand still meanwhile. */
  private mayHaveLapsed(): boolean {
    const { wallMs, monotonicMs } = readClocks();
    return wallMs - this.announced.wallMs >= CHANGE_MS || monotonicMs - this.announced.monotonicMs >= CHANGE_MS;
  }

  private async fallSilent(): Promise<void> {
    this.isOver = true;
    clearInterval(this.timer);
    await this.latest;
  }
}

function readClocks(): { readonly wallMs: number; readonly monotonicMs: number } {
  return { wallMs: Date.now(), monotonicMs: performance.now() };
}

function together(some: Targets, others: Targets): Targets {
  return {
    prefixes: [...new Set([...some.prefixes, ...others.prefixes])],
    tags: [...new Set([...(some.tags ?? []), ...(others.tags ?? [])])],
  };
}
