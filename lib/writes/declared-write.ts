import type { WriteIntent, InvalidationResult, MaybePromise, Store, Targets } from '../stores/store.js';
import { mergeTargets } from '../stores/targets.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';

/** The author of a write. */
export interface Writer {
  /** Class and method, or the call, for messages. */
  readonly label: string;
  /** The request or the call, for subscribers. */
  readonly by: string;
  /** Milliseconds after the write in which nothing is stored that it covers. */
  readonly settleMs: number;
}

/** Invalidates by a write intent, or by the store without one. */
type Invalidate = (intent: Pick<WriteIntent, 'invalidate' | 'commit'>) => MaybePromise<InvalidationResult>;

const NOTHING: Targets = { prefixes: [] };

/**
 * A write that is declared in the store, if the store has write intents. Its invalidations reach the store in any case. If the
 * cache is reset during the write, they reach the store of the current runtime.
 */
export class DeclaredWrite {
  /** True if the write is committed or aborted for good. No other write joins it any more. */
  isOver = false;
  /** True if the write lasts so long that it is declared no more. */
  hasLapsed = false;
  private intent: WriteIntent | undefined;
  private beginning: Promise<boolean> | undefined;
  /** The targets of writes within this one. */
  private joined = NOTHING;
  /** The targets that it declares at its beginning. */
  private own = NOTHING;
  private settleMs: number;

  /** @param onOver called when the write is over */
  constructor(
    private readonly runtime: CacheRuntime,
    private readonly currentRuntime: () => CacheRuntime,
    private readonly writer: Writer,
    private readonly onOver: () => void = () => undefined,
  ) {
    this.settleMs = writer.settleMs;
  }

  /** True if other processes see the write in progress, so that they store no response that the write may reach. */
  get isDeclared(): boolean {
    return this.intent !== undefined;
  }

  /** Returns the tags that it has declared, with those of the writes within it. */
  get declaredTags(): readonly string[] {
    return [...(this.own.tags ?? []), ...(this.joined.tags ?? [])];
  }

  /** Declares the write. @returns false if the method must not run, because the store cannot be reached */
  begin(targets: Targets): MaybePromise<boolean> {
    this.own = mergeTargets(this.own, targets);
    const { store, config } = this.runtime;
    if (store.beginWrite === undefined || !config.enabled) return true;
    return (this.beginning = this.beginIn(store, targets));
  }

  /**
   * Declares a write within this one. Its targets stay declared until this write ends, and are invalidated then.
   *
   * @returns false if the inner write must not run, because the store cannot be reached
   */
  join(targets: Targets, settleMs: number): MaybePromise<boolean> {
    this.include(targets, settleMs);
    return this.hasLapsed || this.declare(targets);
  }

  /** Includes the targets of a write within this one in its later invalidations. */
  include(targets: Targets, settleMs: number): void {
    this.joined = mergeTargets(this.joined, targets);
    this.settleMs = Math.max(this.settleMs, settleMs);
  }

  /** Invalidates during the write. @param by Default: the author. @returns true if the client may see the write acknowledged */
  invalidate(targets: Targets, by = this.writer.by): MaybePromise<boolean> {
    const all = mergeTargets(targets, this.joined);
    return this.invalidateAndPublish(all, by, 0, intent => intent.invalidate(all));
  }

  /** Invalidates, and ends the declaration. @returns true if the client may see the write acknowledged */
  commit(targets: Targets): MaybePromise<boolean> {
    const { settleMs } = this;
    const all = mergeTargets(targets, this.joined);
    const invalidated = this.invalidateAndPublish(all, this.writer.by, settleMs, intent => intent.commit(all, settleMs));
    this.intent = undefined;
    return invalidated;
  }

  /** Invalidates, and ends the declaration of a write that lasts too long. It invalidates again at its end. */
  lapse(targets: Targets): void {
    this.hasLapsed = true;
    void this.commit(targets);
  }

  /** Ends the declaration of a write that has changed no data. A write within it may have changed some. */
  abort(): MaybePromise<unknown> {
    this.end();
    if (this.joined !== NOTHING) return this.commit(NOTHING);
    const { intent } = this;
    this.intent = undefined;
    return intent === undefined ? undefined : this.abortIn(intent);
  }

  /** Notes that the write is over. */
  end(): void {
    this.isOver = true;
    this.onOver();
  }

  private declare(targets: Targets): MaybePromise<boolean> {
    const { beginning, intent } = this;
    // Of several concurrent writes within this one, the first may have to begin it.
    if (beginning !== undefined) return beginning.then(() => this.declare(targets));
    return intent === undefined ? this.begin(targets) : this.extend(intent, targets);
  }

  private async beginIn(store: Store, targets: Targets): Promise<boolean> {
    try {
      this.intent = await store.beginWrite?.(targets);
      return true;
    } catch {
      return this.runtime.config.whenUnreachable === 'continue';
    } finally {
      this.beginning = undefined;
    }
  }

  private async abortIn(intent: WriteIntent): Promise<void> {
    try {
      await intent.abort();
    } catch (error) {
      this.survive(this.runtime, error);
    }
  }

  private async extend(intent: WriteIntent, targets: Targets): Promise<boolean> {
    try {
      if ((await intent.invalidate(targets)) === undefined) return true;
    } catch (error) {
      this.survive(this.runtime, error);
    }
    return this.runtime.config.whenUnreachable === 'continue';
  }

  private invalidateAndPublish(targets: Targets, by: string, settleMs: number, invalidate: Invalidate): MaybePromise<boolean> {
    const runtime = this.currentRuntime();
    const { store } = runtime;
    // After a reset of the cache, the store that has the intent is closed.
    const isSame = runtime === this.runtime;
    if (!isSame) void this.commitInClosedStore(targets);
    const plain = { invalidate: () => store.invalidate(targets), commit: () => store.invalidate(targets, settleMs) };
    const intent = (isSame ? this.intent : undefined) ?? plain;
    try {
      const invalidated = runtime.invalidate(targets, by, settleMs, () => invalidate(intent));
      return invalidated instanceof Promise ? invalidated.catch((error: unknown) => this.survive(runtime, error)) : invalidated;
    } catch (error) {
      return this.survive(runtime, error);
    }
  }

  private async commitInClosedStore(targets: Targets): Promise<void> {
    try {
      await this.intent?.commit(targets);
    } catch (error) {
      this.survive(this.runtime, error);
    }
  }

  private survive(runtime: CacheRuntime, error: unknown): boolean {
    runtime.faults.report(
      'CACHE_STORE_FAILED',
      `${this.writer.label}: the entries of its change could not be invalidated`,
      error,
    );
    return true;
  }
}
