import { after } from '../runtime/after.js';
import type { RuntimeHolder } from '../runtime/runtime-holder.js';
import type { MaybePromise, Targets } from '../stores/store.js';
import type { DeclaredWrite } from './declared-write.js';
import { RunningChange, type Change } from './running-change.js';

/** A change within another one, whose end is its end too. */
export class InnerChange extends RunningChange {
  constructor(
    runtimes: RuntimeHolder,
    private readonly outermost: DeclaredWrite,
    change: Change,
  ) {
    super(runtimes, change);
  }

  protected begin(): MaybePromise<boolean> {
    return this.outermost.join(this.knownTargets, this.change.settleMs);
  }

  protected refuse(): void {
    // The outermost change decides what happens.
  }

  protected within<Result>(work: () => Result): Result {
    return work();
  }

  protected succeed(targets: Targets): MaybePromise<boolean> {
    this.outermost.include(targets, this.change.settleMs);
    // The outermost change acknowledges, after it has invalidated these targets again.
    return after(this.outermost.invalidate(targets, this.change.label), () => true);
  }

  protected fail(): MaybePromise<unknown> {
    // The outermost change may survive the error, and what the work has done may be committed.
    return this.succeed(this.targetsOf(undefined));
  }
}
