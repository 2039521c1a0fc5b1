import type { WriteIntent, InvalidationResult, Targets } from '../store.js';
import { mergeTargets } from '../targets.js';
import type { KnownValues } from './generations.js';
import type { InvalidationRetries } from './invalidation-retries.js';
import type { Invalidations } from './invalidations.js';
import { WRITE_MS } from './writers.js';

/** A write in progress. A heartbeat declares it again and again: if the heartbeat stops, the other processes take the writer for dead. */
export class SharedWriteIntent implements WriteIntent {
  private seen: KnownValues = new Map();
  private hasChanged = false;
  private isOver = false;
  private timer: NodeJS.Timeout | undefined;
  private lastHeartbeat: Promise<void> = Promise.resolve();
  /** The time at which the last successful declaration was sent. */
  private declaredAt = readClocks();

  constructor(
    private targets: Targets,
    private readonly writerId: string,
    private readonly invalidations: Invalidations,
    private readonly retries: InvalidationRetries,
  ) {}

  /** @throws StoreUnreachable */
  async begin(): Promise<void> {
    try {
      await this.declare();
    } catch (error) {
      this.isOver = true;
      this.invalidations.forget(this.writerId);
      throw error;
    }
    this.timer = setInterval(() => {
      // The circuit breaker has reported the fault, and the next heartbeat may succeed.
      this.lastHeartbeat = this.declare().catch(() => undefined);
    }, WRITE_MS / 3).unref();
  }

  async invalidate(targets: Targets): Promise<InvalidationResult> {
    this.hasChanged = true;
    this.targets = mergeTargets(this.targets, targets);
    try {
      // A new declaration invalidates all entries under the targets. The store accepts no new entry, because the write is in progress.
      await this.declare();
      return undefined;
    } catch (error) {
      return {
        ...this.retries.add({ targets: this.targets, writerIds: [], settleMs: 0 }, error),
        hasLapsed: this.mayHaveLapsed(),
      };
    }
  }

  async commit(targets: Targets, settleMs = 0): Promise<InvalidationResult> {
    const hasLapsed = this.mayHaveLapsed();
    await this.stopHeartbeat();
    this.invalidations.forget(this.writerId);
    const write = { targets: mergeTargets(this.targets, targets), writerIds: [this.writerId], settleMs };
    const undelivered = await this.retries.deliver(write, this.seen);
    return undelivered && { ...undelivered, hasLapsed };
  }

  async abort(): Promise<void> {
    if (this.hasChanged) {
      await this.commit({ prefixes: [] });
      return;
    }
    await this.stopHeartbeat();
    const isLast = this.invalidations.forget(this.writerId);
    // If the store is unreachable, the writer expires without its heartbeat.
    await this.invalidations.abort(this.targets, this.writerId, this.seen, isLast).catch(() => undefined);
  }

  private async declare(): Promise<void> {
    const sentAt = readClocks();
    this.seen = await this.invalidations.declare(this.targets, this.writerId, this.seen, () => this.isOver);
    this.declaredAt = sentAt;
  }

  /**
   * Returns true if other processes may have taken the writer for dead, for example because this process was stopped. Two clocks are
   * compared, because the monotonic clock may not advance while a process is stopped.
   */
  private mayHaveLapsed(): boolean {
    const { wallMs, monotonicMs } = readClocks();
    return wallMs - this.declaredAt.wallMs >= WRITE_MS || monotonicMs - this.declaredAt.monotonicMs >= WRITE_MS;
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
