import { isClientError } from '../actions/client-error.js';
import { requestNameOf, responseOf, type Response, type ActionCall, type PinnedCall } from '../actions/action-call.js';
import { WriteRefused } from '../actions/write-refused.js';
import type { InvalidatingAction } from '../actions/invalidating-action.js';
import { observedResult } from '../actions/observed-result.js';
import { startDeadline } from '../time/deadline.js';
import { ResponseGate, type Callback, type GatePoint } from '../http/response-gate.js';
import type { MaybePromise, Targets } from '../stores/store.js';
import type { DeclaredWrite } from '../writes/declared-write.js';
import { longWriteMessage, MAX_WRITE_DURATION } from '../writes/max-write-duration.js';
import type { WriteScopes } from '../writes/write-scopes.js';
import { describeWrite, targetsAfter, type WriteDescription } from './describe-write.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';
import { respondNotAcknowledged, RETRY_AFTER } from './not-acknowledged.js';
import { EVERYTHING } from '../stores/targets.js';
import { invalidateEverything, reportWriteFault, runUnserved } from './unserved-write.js';

/**
 * Runs a method that writes data. Before the client sees the response, the stale entries are invalidated.
 *
 * @param currentRuntime returns the current runtime, since the cache may be reset while the method runs
 * @param scopes a write of a service joins this one if it runs within its method, its interceptors or its stream
 * @param describe describes the action; it may throw
 */
export function serveWrite(
  currentRuntime: () => CacheRuntime,
  scopes: WriteScopes,
  describe: () => InvalidatingAction,
  call: ActionCall,
): PromiseLike<unknown> {
  const description = describeWrite(currentRuntime(), describe, call);
  try {
    const write = new ServedWrite(currentRuntime, scopes, description);
    return observedResult(write.run(), () => {
      write.onHandled();
    });
  } catch (error) {
    reportWriteFault(currentRuntime(), description.action.name, error);
    return runUnserved(call, responseOf(call), () => invalidateEverything(currentRuntime(), description.action.name));
  }
}

/**
 * A write, from the start of its method until the end of its response. The data may change as late as that: an interceptor may
 * commit after the method has returned, and a method or a stream may write between two chunks of the response.
 */
class ServedWrite {
  private readonly response: Response;
  private readonly action: WriteDescription['action'];
  private readonly call: PinnedCall;
  private readonly declared: DeclaredWrite;
  /** The targets that do not need the method's result. */
  private readonly knownTargets: Targets;
  /** The targets without a result, once the method has begun to send the response. A target that needs the result then fails. */
  private targetsAtHead: Targets | undefined;
  /** The targets, once the method has settled. */
  private targets: Targets | undefined;
  /** True if routing-controllers has handled the result. */
  private isHandled = false;
  /** True if the last byte of the response has been written. */
  private isEnded = false;
  /** True if the write is committed or aborted. */
  private isOver = false;
  private cancelDeadline: () => void = () => undefined;

  constructor(
    private readonly currentRuntime: () => CacheRuntime,
    scopes: WriteScopes,
    { action, call, knownTargets }: WriteDescription,
  ) {
    this.response = responseOf(call);
    this.action = action;
    this.call = call;
    this.knownTargets = knownTargets;
    this.declared = scopes.open({
      label: action.name,
      by: requestNameOf(call),
      settleMs: (action.settle ?? currentRuntime().config.settle) * 1000,
    });
    // Before the first `await`: routing-controllers continues this frame with the interceptors.
    scopes.enter(this.declared);
  }

  async run(): Promise<unknown> {
    const { response, call, declared } = this;
    let isAllowed: boolean;
    try {
      isAllowed = await declared.begin(this.knownTargets);
      if (isAllowed) this.watch();
    } catch (error) {
      return this.runUnserved(error);
    }
    if (!isAllowed) {
      this.end();
      response.setHeader('Retry-After', RETRY_AFTER);
      throw new WriteRefused();
    }
    try {
      const result = await call.run();
      this.targets = this.targetsOf(result);
      return result;
    } catch (error) {
      // An HttpError below 500 means that no data changed. Any other error may leave part of a write.
      if (!isClientError(error)) this.targets = this.targetsOf(undefined);
      else {
        this.end();
        await declared.abort();
      }
      throw error;
    }
  }

  /**
   * Called when routing-controllers has passed the result to the response, or has failed to. The response may still be going
   * out.
   */
  onHandled(): void {
    this.isHandled = true;
    if (this.isEnded && !this.isOver) void this.guarded(() => this.finish());
    else if (this.response.closed) this.onClose();
  }

  private watch(): void {
    const { response, declared } = this;
    const mayPass = (point: GatePoint): MaybePromise<boolean> => this.guarded(() => this.beforeOutput(point));
    const gate = new ResponseGate(response, mayPass, respondNotAcknowledged.bind(undefined, response));
    const { unpinned: action } = this.call;
    // Express breaks the connection if an error comes after the headers and before the end.
    action.next = gate.delaying(action.next as Callback | undefined);
    response.once('close', this.onClose.bind(this));
    if (!declared.isDeclared) return;
    this.startDeadline(() => {
      this.currentRuntime().faults.report('CACHE_CHANGE_LONG', longWriteMessage(this.action.name), undefined);
    });
  }

  /** Invalidates before output. Before the method has settled, the targets that need no result cover the output. */
  private beforeOutput(point: GatePoint): MaybePromise<boolean> {
    if (point !== 'head') this.isEnded = true;
    if (this.isOver) return true;
    if (this.targets !== undefined) return point === 'head' ? this.declared.invalidate(this.targets) : this.finish();
    // A middleware that answers in place of the method does not acknowledge the write.
    if (this.action.writesResponse) this.targetsAtHead ??= this.targetsOf(undefined);
    return this.declared.invalidate(this.currentTargets);
  }

  /** Invalidates after the client has left. The method, or a stream that it has returned, may still be writing. */
  private onClose(): void {
    if (this.isOver || !this.isHandled) return;
    void this.guarded(() => this.declared.invalidate(this.currentTargets));
    this.startDeadline(this.declared.end.bind(this.declared));
  }

  /** Runs code at a point where an error of the library would reach the handler, or no code at all. */
  private guarded(invalidate: () => MaybePromise<boolean>): MaybePromise<boolean> {
    try {
      return invalidate();
    } catch (error) {
      reportWriteFault(this.currentRuntime(), this.action.name, error);
      return invalidateEverything(this.currentRuntime(), this.action.name);
    }
  }

  private finish(): MaybePromise<boolean> {
    this.end();
    return this.declared.commit(this.currentTargets);
  }

  private runUnserved(error: unknown): Promise<unknown> {
    this.targets = EVERYTHING;
    reportWriteFault(this.currentRuntime(), this.action.name, error);
    return runUnserved(this.call, this.response, isLast =>
      this.guarded(() => (isLast ? this.finish() : this.declared.invalidate(EVERYTHING))),
    );
  }

  private end(): void {
    this.isOver = true;
    this.declared.end();
    this.cancelDeadline();
  }

  private startDeadline(report: () => void): void {
    this.cancelDeadline();
    const onDeadline = (): void => {
      report();
      this.declared.lapse(this.currentTargets);
    };
    this.cancelDeadline = startDeadline(MAX_WRITE_DURATION * 1000, onDeadline, false);
  }

  private get currentTargets(): Targets {
    return this.targets ?? this.targetsAtHead ?? this.knownTargets;
  }

  private targetsOf(result: unknown): Targets {
    return targetsAfter(this.currentRuntime(), this.action, this.call, result);
  }
}
