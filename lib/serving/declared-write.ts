import type { WriteIntent, InvalidationResult, MaybePromise, Targets } from '../stores/store.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';

/** The author of a write. */
export interface Writer {
  /** Class and method, for messages. */
  readonly action: string;
  /** The request, for subscribers. */
  readonly request: string;
}

/** Invalidates by a write intent, or by the store without one. */
type Invalidate = (intent: Pick<WriteIntent, 'invalidate' | 'commit'>) => MaybePromise<InvalidationResult>;

/**
 * A write that is declared in the store, if the store has write intents. Its invalidations reach the store in any case. If the
 * cache is reset during the write, they reach the store of the current runtime.
 */
export class DeclaredWrite {
  private intent: WriteIntent | undefined;

  constructor(
    private readonly runtime: CacheRuntime,
    private readonly currentRuntime: () => CacheRuntime,
    private readonly writer: Writer,
  ) {}

  /** True if other processes see the write in progress, so that they store no response that the write may reach. */
  get isDeclared(): boolean {
    return this.intent !== undefined;
  }

  /** Declares the write. @returns false if the method must not run, because the store cannot be reached */
  async begin(targets: Targets): Promise<boolean> {
    const { store, config } = this.runtime;
    if (store.beginWrite === undefined || !config.enabled) return true;
    try {
      this.intent = await store.beginWrite(targets);
      return true;
    } catch {
      return config.whenUnreachable === 'continue';
    }
  }

  /** Invalidates during the write. @returns true if the client may see the write acknowledged */
  invalidate(targets: Targets): MaybePromise<boolean> {
    return this.invalidateAndPublish(targets, intent => intent.invalidate(targets));
  }

  /** Invalidates, and ends the declaration. @returns true if the client may see the write acknowledged */
  commit(targets: Targets): MaybePromise<boolean> {
    const invalidated = this.invalidateAndPublish(targets, intent => intent.commit(targets));
    this.intent = undefined;
    return invalidated;
  }

  /** Ends the declaration of a write that has changed no data. */
  async abort(): Promise<void> {
    try {
      await this.intent?.abort();
    } catch (error) {
      this.survive(this.runtime, error);
    }
    this.intent = undefined;
  }

  private invalidateAndPublish(targets: Targets, invalidate: Invalidate): MaybePromise<boolean> {
    const runtime = this.currentRuntime();
    const { store } = runtime;
    // After a reset of the cache, the store that has the intent is closed.
    const isSame = runtime === this.runtime;
    if (!isSame) void this.commitInClosedStore(targets);
    const plain = { invalidate: () => store.invalidate(targets), commit: () => store.invalidate(targets) };
    const intent = (isSame ? this.intent : undefined) ?? plain;
    try {
      const invalidated = runtime.invalidate(targets, this.writer.request, () => invalidate(intent));
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
      `${this.writer.action}: the entries of its change could not be invalidated`,
      error,
    );
    return true;
  }
}
