import type { Change, Invalidated, MaybePromise, Targets } from '../stores/store.js';
import type { Engine } from './engine.js';

/** Who makes a change. */
export interface Changer {
  /** Class and method, for messages. */
  readonly action: string;
  /** The request, for those who listen. */
  readonly request: string;
}

type Telling = (change: Pick<Change, 'invalidate' | 'commit'>) => MaybePromise<Invalidated>;

/**
 * A change as the store knows it: announced where the store has that, and told of what it invalidates in any case. A reset may come
 * meanwhile: what is invalidated is then told to the cache at work.
 */
export class AnnouncedChange {
  private change: Change | undefined;

  /** @param engineNow gives the cache at work */
  constructor(
    private readonly engine: Engine,
    private readonly engineNow: () => Engine,
    private readonly changer: Changer,
  ) {}

  /** Whether others know that the change is under way, so that they store nothing that it may reach. */
  get isAnnounced(): boolean {
    return this.change !== undefined;
  }

  /** Announces the change. @returns false if the change must not be made, since the store cannot be told of it */
  async begin(targets: Targets): Promise<boolean> {
    const { store, config } = this.engine;
    if (store.beginChange === undefined || !config.enabled) return true;
    try {
      this.change = await store.beginChange(targets);
      return true;
    } catch {
      return config.whenUnreachable === 'continue';
    }
  }

  /** Invalidates while the change lasts. @returns whether clients may be told of the change */
  invalidate(targets: Targets): MaybePromise<boolean> {
    return this.tell(targets, change => change.invalidate(targets));
  }

  /** Invalidates, and ends the announcement. @returns whether clients may be told of the change */
  commit(targets: Targets): MaybePromise<boolean> {
    const told = this.tell(targets, change => change.commit(targets));
    this.change = undefined;
    return told;
  }

  /** Ends the announcement: nothing has changed. */
  async abandon(): Promise<void> {
    try {
      await this.change?.abandon();
    } catch (error) {
      this.survive(this.engine, error);
    }
    this.change = undefined;
  }

  private tell(targets: Targets, how: Telling): MaybePromise<boolean> {
    const engine = this.engineNow();
    const { store } = engine;
    // Where the cache has been reset meanwhile, the store that was told of the change is closed.
    const isSame = engine === this.engine;
    if (!isSame) void this.commitBefore(targets);
    const plain = { invalidate: () => store.invalidate(targets), commit: () => store.invalidate(targets) };
    const change = (isSame ? this.change : undefined) ?? plain;
    try {
      const told = engine.invalidate(targets, this.changer.request, () => how(change));
      return told instanceof Promise ? told.catch((error: unknown) => this.survive(engine, error)) : told;
    } catch (error) {
      return this.survive(engine, error);
    }
  }

  /** Ends the change in a store that is closed. */
  private async commitBefore(targets: Targets): Promise<void> {
    try {
      await this.change?.commit(targets);
    } catch (error) {
      this.survive(this.engine, error);
    }
  }

  private survive(engine: Engine, error: unknown): boolean {
    engine.faults.report('CACHE_STORE_FAILED', `${this.changer.action}: what it changed could not be invalidated`, error);
    return true;
  }
}
