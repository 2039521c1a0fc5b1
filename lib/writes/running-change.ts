import { WriteRefused } from '../actions/write-refused.js';
import { CacheFault } from '../errors/cache-errors.js';
import { after } from '../runtime/after.js';
import type { RuntimeHolder } from '../runtime/runtime-holder.js';
import { isThenable } from '../runtime/thenable.js';
import type { MaybePromise, Targets } from '../stores/store.js';
import { EVERYTHING, mergeKnown, mergeTargets } from '../stores/targets.js';

/** A change of data that no request to an action describes. */
export interface Change {
  /** The class and the method, or the call. */
  readonly label: string;
  readonly settleMs: number;
  /** The targets, each as a function of the result of the work. A function throws if it needs a result and there is none. */
  readonly targets: readonly ((result: unknown) => Targets)[];
}

/** A change that runs. */
export abstract class RunningChange {
  constructor(
    protected readonly runtimes: RuntimeHolder,
    protected readonly change: Change,
  ) {}

  run<Result>(work: () => Result | PromiseLike<Result>): MaybePromise<Result> {
    return after(this.begin(), mayRun => {
      if (mayRun) return this.work(work);
      this.refuse();
      throw new WriteRefused();
    });
  }

  /** Declares the change. @returns false if the work must not run */
  protected abstract begin(): MaybePromise<boolean>;
  protected abstract refuse(): void;
  protected abstract within<Result>(work: () => Result): Result;
  /** Invalidates after the work. @returns false if the invalidation must be reported as undelivered */
  protected abstract succeed(targets: Targets): MaybePromise<boolean>;
  protected abstract fail(error: unknown): MaybePromise<unknown>;

  private work<Result>(work: () => Result | PromiseLike<Result>): MaybePromise<Result> {
    const failed = (error: unknown): MaybePromise<never> =>
      after(this.fail(error), () => {
        throw error;
      });
    let result: Result | PromiseLike<Result>;
    try {
      result = this.within(work);
    } catch (error) {
      return failed(error);
    }
    if (!isThenable(result)) return this.acknowledge(result);
    return Promise.resolve(result).then(settled => this.acknowledge(settled), failed);
  }

  private acknowledge<Result>(result: Result): MaybePromise<Result> {
    return after(this.succeed(this.targetsOf(result)), isDelivered => {
      if (isDelivered) return result;
      const message = `${this.change.label}: the change was made, but its invalidation has not reached the store. The library retries it until it is delivered.`;
      throw new CacheFault('CACHE_INVALIDATION_UNDELIVERED', message);
    });
  }

  /** Returns the targets that need no result. */
  protected get knownTargets(): Targets {
    return mergeKnown(this.change.targets.map(targetsOf => () => targetsOf(undefined)));
  }

  protected targetsOf(result: unknown): Targets {
    const { label, targets } = this.change;
    try {
      return mergeTargets(...targets.map(targetsOf => targetsOf(result)));
    } catch (error) {
      // The data has changed. Without targets, any stored entry may be stale.
      const message = `${label}: the target of its change failed, so everything is invalidated`;
      this.runtimes.get().faults.report('CACHE_TARGET_FAILED', message, error);
      return EVERYTHING;
    }
  }
}
