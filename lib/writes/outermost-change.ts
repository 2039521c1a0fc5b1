import { isClientError } from '../actions/client-error.js';
import { after } from '../runtime/after.js';
import type { RuntimeHolder } from '../runtime/runtime-holder.js';
import type { MaybePromise, Targets } from '../stores/store.js';
import { startDeadline } from '../time/deadline.js';
import type { DeclaredWrite } from './declared-write.js';
import { longWriteMessage, MAX_WRITE_DURATION } from './max-write-duration.js';
import { RunningChange, type Change } from './running-change.js';
import type { WriteScopes } from './write-scopes.js';

/** A change within no other one. */
export class OutermostChange extends RunningChange {
  private readonly write: DeclaredWrite;
  /** The writes that it may be a part of. They invalidate its targets too. */
  private readonly alsoInvalidating: readonly DeclaredWrite[];
  private cancelDeadline: () => void = () => undefined;

  constructor(
    runtimes: RuntimeHolder,
    private readonly scopes: WriteScopes,
    change: Change,
  ) {
    super(runtimes, change);
    const { label, settleMs } = change;
    this.alsoInvalidating = scopes.alsoInvalidating;
    this.write = scopes.open({ label, by: label, settleMs });
  }

  protected begin(): MaybePromise<boolean> {
    const { knownTargets } = this;
    const joined = this.alsoInvalidating.map(outer => outer.join(knownTargets, this.change.settleMs));
    return [this.write.begin(knownTargets), ...joined].reduce((all, mayRun) =>
      after(all, isAllowed => after(mayRun, also => isAllowed && also)),
    );
  }

  protected refuse(): void {
    void this.write.abort();
  }

  protected within<Result>(work: () => Result): Result {
    if (this.write.isDeclared) {
      this.cancelDeadline = startDeadline(
        MAX_WRITE_DURATION * 1000,
        () => {
          this.runtimes.get().faults.report('CACHE_CHANGE_LONG', longWriteMessage(this.change.label), undefined);
          this.write.lapse(this.knownTargets);
        },
        false,
      );
    }
    return this.scopes.run(this.write, work);
  }

  protected succeed(targets: Targets): MaybePromise<boolean> {
    this.end();
    for (const outer of this.alsoInvalidating) outer.include(targets, this.change.settleMs);
    return this.write.commit(targets);
  }

  protected fail(error: unknown): MaybePromise<unknown> {
    // An HttpError below 500 means that no data changed. Any other error may leave part of a change.
    if (!isClientError(error)) return this.succeed(this.targetsOf(undefined));
    this.end();
    return this.write.abort();
  }

  private end(): void {
    this.write.end();
    this.cancelDeadline();
  }
}
