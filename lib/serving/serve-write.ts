import { isClientError } from './invoke-method.js';
import { requestOf, responseOf, type ActionCall, type Response, type PinnedCall } from '../actions/action-call.js';
import { WriteRefused } from '../actions/write-refused.js';
import type { InvalidatingAction } from '../actions/invalidating-action.js';
import { followed } from '../actions/followed.js';
import { startDeadline } from '../time/deadline.js';
import { ResponseGate, type GatePoint } from '../http/response-gate.js';
import type { MaybePromise, Targets } from '../stores/store.js';
import { DeclaredWrite } from './declared-write.js';
import { describedChange, EVERYTHING, type DescribedChange } from './described-write.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';
import { respondNotAcknowledged, RETRY_AFTER } from './not-acknowledged.js';

/**
 * Seconds for which a change keeps others from storing what it may reach, and for which a change is waited for after its client has
 * left. A change that takes longer invalidates all the same when its response goes out.
 */
const LONGEST_CHANGE = 10;

/**
 * Runs a method that changes data, and invalidates what it makes out of date before the client can see its response.
 *
 * @param engineNow gives the cache at work: a reset may come while the method runs
 * @param describe describes the action, which may fail
 */
export function serveWrite(
  engineNow: () => CacheRuntime,
  describe: () => InvalidatingAction,
  call: ActionCall,
): PromiseLike<unknown> {
  const change = new ServedWrite(engineNow, describedChange(engineNow(), describe, call));
  return followed(change.run(), () => {
    change.onThrough();
  });
}

/**
 * A change from the start of its method until its response has been seen: an interceptor may commit it after the method has returned,
 * a method or a stream may make it between the pieces of its response.
 */
class ServedWrite {
  private readonly response: Response;
  private readonly action: DescribedChange['action'];
  private readonly call: PinnedCall;
  private readonly announced: DeclaredWrite;
  /** What the change invalidates, as far as that is known without a result. */
  private readonly known: Targets;
  /** The same, from when the method has begun to answer by itself: a target that needs the result then fails. */
  private early: Targets | undefined;
  /** What the change invalidates, from when the method has settled. */
  private targets: Targets | undefined;
  /** Whether routing-controllers has nothing more to do. */
  private isThrough = false;
  /** Whether the last byte of the response has been written. */
  private isAnswered = false;
  private isOver = false;
  private cancelDeadline: () => void = () => undefined;

  constructor(
    private readonly engineNow: () => CacheRuntime,
    { action, call, known }: DescribedChange,
  ) {
    this.response = responseOf(call);
    this.action = action;
    this.call = call;
    this.known = known;
    const changer = { action: action.name, request: requestName(call) };
    this.announced = new DeclaredWrite(engineNow(), engineNow, changer);
  }

  async run(): Promise<unknown> {
    const { response, call, announced } = this;
    if (!(await announced.begin(this.known))) {
      this.isOver = true;
      response.setHeader('Retry-After', RETRY_AFTER);
      throw new WriteRefused('The change was not made, because the cache could not be told of it.');
    }
    this.watch();
    try {
      const result = await call.run();
      this.targets = this.targetsOf(result);
      return result;
    } catch (error) {
      // An HttpError below 500 says that nothing has changed; anything else may have left a half-done change.
      if (!isClientError(error)) this.targets = this.targetsOf(undefined);
      else {
        this.end();
        await announced.abort();
      }
      throw error;
    }
  }

  /** routing-controllers has handed the result to the response, which may still be on its way, or has failed to. */
  onThrough(): void {
    this.isThrough = true;
    if (this.isAnswered && !this.isOver) void this.finish();
    else if (this.response.closed) this.onClose();
  }

  private watch(): void {
    const { response, announced } = this;
    const gate = new ResponseGate(
      response,
      moment => this.beforeOutput(moment),
      () => {
        respondNotAcknowledged(response);
      },
    );
    holdBackNext(this.call, gate);
    response.once('close', () => {
      this.onClose();
    });
    if (!announced.isDeclared) return;
    this.startDeadline(() => {
      this.reportLong();
    });
  }

  /** What the client sees before the method has settled is covered by what is known without a result. */
  private beforeOutput(moment: GatePoint): MaybePromise<boolean> {
    if (moment !== 'head') this.isAnswered = true;
    if (this.isOver) return true;
    if (this.targets !== undefined) return moment === 'head' ? this.announced.invalidate(this.targets) : this.finish();
    // A middleware that answers in the place of the method acknowledges nothing.
    if (this.action.writesResponse) this.early ??= this.targetsOf(undefined);
    return this.announced.invalidate(this.reached);
  }

  /** The method has settled, but it, or a stream that it has returned, may still be in the middle of a step. */
  private onClose(): void {
    if (this.isOver || !this.isThrough) return;
    void this.announced.invalidate(this.reached);
    this.startDeadline(() => undefined);
  }

  private finish(): MaybePromise<boolean> {
    this.end();
    return this.announced.commit(this.reached);
  }

  private end(): void {
    this.isOver = true;
    this.cancelDeadline();
  }

  private startDeadline(report: () => void): void {
    this.cancelDeadline();
    const onDeadline = (): void => {
      report();
      // The change may go on, and invalidates again when its response goes out.
      void this.announced.commit(this.reached);
    };
    this.cancelDeadline = startDeadline(LONGEST_CHANGE * 1000, onDeadline, false);
  }

  private reportLong(): void {
    this.engineNow().faults.report(
      'CACHE_CHANGE_LONG',
      `${this.action.name}: its change still runs after ${LONGEST_CHANGE} seconds. Responses that it may reach are stored again from now on; ` +
        'should this process die before the change is invalidated, they stay stale until they expire',
      undefined,
    );
  }

  private get reached(): Targets {
    return this.targets ?? this.early ?? this.known;
  }

  private targetsOf(result: unknown): Targets {
    try {
      return this.action.targetsOf(this.call, result);
    } catch (error) {
      // The change is made: where nobody can say what it touched, nothing that was stored may be trusted.
      this.engineNow().faults.report(
        'CACHE_TARGET_FAILED',
        `${this.action.name}: the target of @InvalidatesCache failed, so all is invalidated`,
        error,
      );
      return EVERYTHING;
    }
  }
}

/** Express breaks the connection of an error whose response seems to have been sent: it is to have gone out. */
function holdBackNext({ unpinned: action }: PinnedCall, gate: ResponseGate): void {
  const { next } = action;
  action.next = (error?: unknown): void => {
    gate.whenNotHolding(() => void next?.(error));
  };
}

/** Without the query, which may hold what is nobody else's business. */
function requestName(call: ActionCall): string {
  const { method = '', originalUrl } = requestOf(call);
  return `${method} ${originalUrl.replace(/\?.*/s, '')}`;
}
