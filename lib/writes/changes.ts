import type { RuntimeHolder } from '../runtime/runtime-holder.js';
import type { MaybePromise } from '../stores/store.js';
import type { RecentChanges } from '../verification/recent-changes.js';
import { InnerChange } from './inner-change.js';
import { OutermostChange } from './outermost-change.js';
import type { Change } from './running-change.js';
import type { WriteScopes } from './write-scopes.js';

/** Runs changes from anywhere: before the work they are declared, after it their targets are invalidated. */
export class Changes {
  constructor(
    private readonly runtimes: RuntimeHolder,
    private readonly scopes: WriteScopes,
  ) {}

  /** The tags that the change around the running code declares. */
  get declaredTags(): readonly string[] {
    return this.scopes.current?.declaredTags ?? [];
  }

  /**
   * Runs the work of a change. Within another change it joins the outermost one: its targets stay declared until that one ends.
   * Synchronous if the store and the work are.
   *
   * @throws WriteRefused if the work must not run, because the store cannot be reached
   * @throws CacheFault if the invalidation could not be delivered in time, with `whenUnreachable: 'refuse'`
   */
  run<Result>(change: Change, work: () => Result | PromiseLike<Result>): MaybePromise<Result> {
    this.scopes.start();
    this.runtimes.warnIfAlone();
    const { outermost } = this.scopes;
    const running =
      outermost === undefined
        ? new OutermostChange(this.runtimes, this.scopes, change)
        : new InnerChange(this.runtimes, outermost, change);
    return recorded(this.runtimes.get().verification?.changes, change, () => running.run(work));
  }
}

/** Runs a change, and records it from its start to its end. @param changes undefined if no hits are verified */
function recorded<Result>(
  changes: RecentChanges | undefined,
  { label }: Change,
  run: () => MaybePromise<Result>,
): MaybePromise<Result> {
  if (changes === undefined) return run();
  const change = changes.begin({ by: label, params: undefined });
  const end = (): void => {
    changes.end(change);
  };
  try {
    const result = run();
    if (result instanceof Promise) result.then(end, end);
    else end();
    return result;
  } catch (error) {
    end();
    throw error;
  }
}
