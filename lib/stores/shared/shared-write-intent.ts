import type { WriteIntent, InvalidationResult, Targets, Undelivered } from '../store.js';
import { mergeTargets } from '../targets.js';
import type { KnownValues } from './generations.js';
import { WRITE_MS } from './writers.js';

/** What a change tells the store. All reject when it cannot be told, but `end`. */
export interface WriteIntentPort {
  /** That it is under way, unless it is over when the store learns of it. @returns what stands in the store then */
  declare(targets: Targets, ownerId: string, seen: KnownValues, isOver: () => boolean): Promise<KnownValues>;
  /** That it has ended. What cannot be told is kept. */
  end(targets: Targets, ownerId: string, seen: KnownValues): Promise<InvalidationResult>;
  /** That it has ended and nothing has changed. */
  abort(targets: Targets, ownerId: string, seen: KnownValues): Promise<void>;
  /** Keeps an invalidation that could not be told. */
  retry(targets: Targets, cause: unknown): Undelivered;
}

/** A change under way, announced again and again while it lasts: one that is not heard of any more has died. */
export class SharedWriteIntent implements WriteIntent {
  private seen: KnownValues = new Map();
  private hasChanged = false;
  private isOver = false;
  private timer: NodeJS.Timeout | undefined;
  private lastHeartbeat: Promise<void> = Promise.resolve();
  /** When the latest announcement that has reached the store was sent. */
  private declaration = readClocks();

  constructor(
    private targets: Targets,
    private readonly ownerId: string,
    private readonly notices: WriteIntentPort,
  ) {}

  async begin(): Promise<void> {
    try {
      await this.declare();
    } catch (error) {
      this.isOver = true;
      throw error;
    }
    this.timer = setInterval(() => {
      // What goes wrong has been reported, and the next one may do better.
      this.lastHeartbeat = this.declare().catch(() => undefined);
    }, WRITE_MS / 3).unref();
  }

  async invalidate(targets: Targets): Promise<InvalidationResult> {
    this.hasChanged = true;
    this.targets = mergeTargets(this.targets, targets);
    try {
      // Announced anew, nothing of before is served; and what is computed from now on is not kept, since the change goes on.
      await this.declare();
      return undefined;
    } catch (error) {
      return { ...this.notices.retry(this.targets, error), hasLapsed: this.mayHaveLapsed() };
    }
  }

  async commit(targets: Targets): Promise<InvalidationResult> {
    const hasLapsed = this.mayHaveLapsed();
    await this.stopHeartbeat();
    const undelivered = await this.notices.end(mergeTargets(this.targets, targets), this.ownerId, this.seen);
    return undelivered && { ...undelivered, hasLapsed };
  }

  async abort(): Promise<void> {
    if (this.hasChanged) {
      await this.commit({ prefixes: [] });
      return;
    }
    await this.stopHeartbeat();
    // Where the store cannot be told, it learns by hearing no more.
    await this.notices.abort(this.targets, this.ownerId, this.seen).catch(() => undefined);
  }

  private async declare(): Promise<void> {
    const sent = readClocks();
    this.seen = await this.notices.declare(this.targets, this.ownerId, this.seen, () => this.isOver);
    this.declaration = sent;
  }

  /** Whether the store may have taken the change for dead, as when this process was stopped. The monotonic clock may stand still meanwhile. */
  private mayHaveLapsed(): boolean {
    const { wallMs, monotonicMs } = readClocks();
    return wallMs - this.declaration.wallMs >= WRITE_MS || monotonicMs - this.declaration.monotonicMs >= WRITE_MS;
  }

  private async stopHeartbeat(): Promise<void> {
    this.isOver = true;
    clearInterval(this.timer);
    await this.lastHeartbeat;
  }
}

function readClocks(): { readonly wallMs: number; readonly monotonicMs: number } {
  return { wallMs: Date.now(), monotonicMs: performance.now() };
}
