import type { WriteIntent, InvalidationResult, MaybePromise, Targets } from '../stores/store.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';

/** Who makes a change. */
export interface Writer {
  /** Class and method, for messages. */
  readonly action: string;
  /** The request, for those who listen. */
  readonly request: string;
}

type Telling = (change: Pick<WriteIntent, 'invalidate' | 'commit'>) => MaybePromise<InvalidationResult>;

/**
 * A change as the store knows it: announced where the store has that, and told of what it invalidates in any case. A reset may come
 * meanwhile: what is invalidated is then told to the cache at work.
 */
export class DeclaredWrite {
  private change: WriteIntent | undefined;

  /** @param engineNow gives the cache at work */
  constructor(
    private readonly runtime: CacheRuntime,
    private readonly engineNow: () => CacheRuntime,
    private readonly changer: Writer,
  ) {}

  /** Whether others know that the change is under way, so that they store nothing that it may reach. */
  get isDeclared(): boolean {
    return this.change !== undefined;
  }

  /** Announces the change. @returns false if the change must not be made, since the store cannot be told of it */
  async begin(targets: Targets): Promise<boolean> {
    const { store, config } = this.runtime;
    if (store.beginWrite === undefined || !config.enabled) return true;
    try {
      this.change = await store.beginWrite(targets);
      return true;
    } catch {
      return config.whenUnreachable === 'continue';
    }
  }

  /** Invalidates while the change lasts. @returns whether clients may be told of the change */
  invalidate(targets: Targets): MaybePromise<boolean> {
    return this.invalidateAndPublish(targets, change => change.invalidate(targets));
  }

  /** Invalidates, and ends the announcement. @returns whether clients may be told of the change */
  commit(targets: Targets): MaybePromise<boolean> {
    const told = this.invalidateAndPublish(targets, change => change.commit(targets));
    this.change = undefined;
    return told;
  }

  /** Ends the announcement: nothing has changed. */
  async abort(): Promise<void> {
    try {
      await this.change?.abort();
    } catch (error) {
      this.survive(this.runtime, error);
    }
    this.change = undefined;
  }

  private invalidateAndPublish(targets: Targets, how: Telling): MaybePromise<boolean> {
    const runtime = this.engineNow();
    const { store } = runtime;
    // Where the cache has been reset meanwhile, the store that was told of the change is closed.
    const isSame = runtime === this.runtime;
    if (!isSame) void this.commitBefore(targets);
    const plain = { invalidate: () => store.invalidate(targets), commit: () => store.invalidate(targets) };
    const change = (isSame ? this.change : undefined) ?? plain;
    try {
      const told = runtime.invalidate(targets, this.changer.request, () => how(change));
      return told instanceof Promise ? told.catch((error: unknown) => this.survive(runtime, error)) : told;
    } catch (error) {
      return this.survive(runtime, error);
    }
  }

  /** Ends the change in a store that is closed. */
  private async commitBefore(targets: Targets): Promise<void> {
    try {
      await this.change?.commit(targets);
    } catch (error) {
      this.survive(this.runtime, error);
    }
  }

  private survive(runtime: CacheRuntime, error: unknown): boolean {
    runtime.faults.report('CACHE_STORE_FAILED', `${this.changer.action}: what it changed could not be invalidated`, error);
    return true;
  }
}
