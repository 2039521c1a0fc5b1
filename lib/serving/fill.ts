import { startDeadline } from '../time/deadline.js';
import { requestOf, responseOf, type Request, type Response } from '../actions/action-call.js';
import type { VariantCapture } from '../edge/variant-capture.js';
import { RequestTrace } from '../events/request-trace.js';
import { applyDownstreamPolicy } from '../http/downstream-policy.js';
import {
  isNotModified,
  restorePreconditions,
  detachPreconditions,
  turnIntoNotModified,
  type Preconditions,
} from '../http/preconditions.js';
import { FrameworkMarks } from '../http/framework-marks.js';
import { cookiesSetOn } from '../http/headers.js';
import { identify, NO_STORE_BY_CONTROL, createEntry } from './create-entry.js';
import { ResponseRecorder, type RecordedHead, type RecorderListener } from '../http/response-recorder.js';
import type { ReadWatch } from '../reads/read-watch.js';
import type { Entry } from '../stores/store.js';
import { downstreamPolicy } from './respond.js';
import { Authorship } from './authorship.js';
import type { Flight } from '../runtime/single-flight.js';
import { checkedStorability, unstoredResult, recordUnstored } from './checked-storability.js';
import type { CachedRequest } from './cached-request.js';
import { REASONS } from '../runtime/outcome-text.js';
import { ResponseControl } from './response-control.js';
import { isClientError, runMethod, type MethodListener } from './invoke-method.js';
import { reportNotStored, reportStored } from './report-miss.js';
import { watchReads } from './watched-reads.js';

/** Runs the method of a missed request, sends its response, and keeps what may be kept. */
export class Fill implements RecorderListener, MethodListener {
  private readonly request: Request;
  private readonly response: Response;
  private readonly cookiesBefore: string | undefined;
  private conditions: Preconditions = {};
  private marks: FrameworkMarks | undefined;
  private watch: ReadWatch | undefined;
  private head: RecordedHead | undefined;
  private lifetimeMs = 0;
  private state: 'open' | 'closed' = 'open';
  private result: unknown;
  private readonly author: Authorship;
  /** The body of a response that the method has ended itself, until the method has returned. */
  private bodyByHand: Buffer | undefined;

  /** @param flight those who wait for the same, where any may */
  constructor(
    private readonly cachedRequest: CachedRequest,
    private readonly flight: Flight | undefined,
    private readonly variantCapture: VariantCapture | undefined,
  ) {
    this.request = requestOf(cachedRequest.call);
    this.response = responseOf(cachedRequest.call);
    this.author = new Authorship(cachedRequest.call, error => {
      // An error middleware answers in the handler's place, perhaps with 200. An error after the response is the one it tells of.
      if (this.head === undefined) this.settleUnstored('failed', REASONS.handlerFailed, error);
    });
    this.cookiesBefore = cachedRequest.action.readsRequest ? cookiesSetOn(this.response) : undefined;
  }

  /** @returns what the method returned, on its way to interceptors and serialisation */
  run(): unknown {
    try {
      if (this.cachedRequest.listener === undefined) this.cachedRequest.runtime.recordOutcome(this.response, { kind: 'miss' });
      this.prepare();
    } catch (error) {
      this.onFault(error);
    }
    return runMethod(this.cachedRequest.call, this);
  }

  private prepare(): void {
    const { runtime, action, address } = this.cachedRequest;
    RequestTrace.of(this.response)?.beginComputing();
    const isWholeWanted = runtime.parts.isWholeStorable(address.key) && !runtime.singleFlight.isHitForMiss(address.key);
    this.conditions = detachPreconditions(this.request, { keepRange: !isWholeWanted });
    if (action.writesResponse || action.redirects) this.marks = new FrameworkMarks(this.response);
    new ResponseRecorder(this.response, runtime.config.maxEntryBytes, this);
    // Last, so that what the recorder and middlewares read on the way out is told from what the method reads.
    this.watch = watchReads(this.cachedRequest, this.settleUnstored.bind(this, 'unshareable'), this.onFault);
  }

  onReturn(returned: unknown): unknown {
    this.result = this.author.settledWith(returned);
    try {
      if (this.bodyByHand !== undefined) this.complete(this.bodyByHand);
    } catch (error) {
      this.onFault(error);
    }
    return this.result;
  }

  onThrow(error: unknown): void {
    this.author.settledWith(undefined);
    if (this.head !== undefined || !isClientError(error)) this.settleUnstored('failed', REASONS.handlerFailed, error);
  }

  onHead(head: RecordedHead): 'send' | 'without-body' {
    restorePreconditions(this.request, this.conditions);
    this.head = head;
    if (!this.author.mayBegin()) this.settleUnstored('abandoned', REASONS.answeredByOthers);
    if (this.state === 'open') this.checkStorability(head);
    if (!isNotModified(this.conditions, this.response, head.wholeBody === undefined)) return 'send';
    turnIntoNotModified(this.response);
    return 'without-body';
  }

  onEnd(encoding: unknown): void {
    this.author.noteEnd(encoding);
  }

  onComplete(body: Buffer): void {
    // A method that has answered by itself may still fail.
    if (this.author.hasSettled) this.complete(body);
    else this.bodyByHand = body;
  }

  private complete(body: Buffer): void {
    if (this.state === 'closed' || this.head === undefined) return;
    if (!this.author.isOwn) return this.settleUnstored('abandoned', REASONS.answeredByOthers);
    const { runtime, action, address, lease } = this.cachedRequest;
    // A session that the method began sets its cookie when the headers go out, after the handler's own headers have been looked at.
    if (action.readsRequest && cookiesSetOn(this.response) !== this.cookiesBefore)
      return this.settleUnstored('unshareable', REASONS.setsCookie);
    const { head, lifetimeMs, author } = this;
    const result = author.endedByHandler ? undefined : this.result;
    const callsNext = author.hasContinued || author.endedByHandler;
    const made = createEntry(this.cachedRequest, { head, body, lifetimeMs, result, callsNext });
    if (typeof made === 'string') return this.settleUnstored('unshareable', made);
    this.state = 'closed';
    runtime.singleFlight.clearHitForMiss(address.key);
    runtime.parts.recordStored(address.key);
    const entry = this.variantCapture?.withVariant(made) ?? made;
    // Those who wait get it now, and so do those who come until it is saved.
    const saved = runtime.save(address, entry, lease);
    this.flight?.settle({ kind: 'recorded', entry });
    if (saved instanceof Promise) saved.then(isKept => this.finish(entry, isKept)).catch(this.onFault);
    else this.finish(entry, saved);
  }

  private finish(entry: Entry, isKept: boolean): void {
    this.leaveFlight();
    this.variantCapture?.attachTo(isKept ? entry : undefined);
    reportStored(this.cachedRequest, entry, isKept);
  }

  onOverflow(): void {
    this.settleUnstored('unshareable', 'it is larger than maxEntryBytes');
  }

  readonly onFault = (error: unknown): void => {
    restorePreconditions(this.request, this.conditions);
    this.cachedRequest.runtime.faults.report(
      'CACHE_FAILED',
      `${this.cachedRequest.action.name}: a response could not be recorded`,
      error,
    );
    this.settleUnstored('unshareable', REASONS.cacheFailed);
    // It may have been on its way into the store: nobody is to wait for it.
    this.flight?.settle({ kind: 'unshareable' });
    this.leaveFlight();
  };

  onClose(begun: boolean): void {
    // The method runs on, as it does without a cache: what it sends is recorded, if it comes in the time that others would wait.
    if (begun) return this.settleUnstored('abandoned', REASONS.clientLeft);
    const timeoutMs = this.cachedRequest.runtime.config.collapseTimeout * 1000;
    startDeadline(timeoutMs, this.settleUnstored.bind(this, 'abandoned', REASONS.clientLeft), false);
  }

  /** Decides whether the response may be kept, and if so tells clients how they may. */
  private checkStorability(head: RecordedHead): void {
    const { runtime, action } = this.cachedRequest;
    const said = ResponseControl.of(this.response)?.directives;
    if (said?.isStored === false) return this.settleUnstored('unshareable', NO_STORE_BY_CONTROL);
    const headers = this.marks?.authorsOf(head.headers) ?? head.headers;
    const verdict = checkedStorability(this.cachedRequest, head.status, headers, said);
    if (verdict.kind === 'unstorable')
      return this.settleUnstored(unstoredResult(this.cachedRequest, head.status, headers, said), verdict.reason);
    if (this.marks !== undefined) this.head = { ...head, headers: this.marks.takeOff(head.headers) };
    this.lifetimeMs = verdict.lifetimeMs;
    identify(this.response, head);
    applyDownstreamPolicy(this.response, downstreamPolicy(runtime, action));
  }

  /** Ends the computation without keeping anything. */
  private settleUnstored(result: 'unshareable' | 'failed' | 'abandoned', why: string, cause?: unknown): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    try {
      this.watch?.end();
      recordUnstored(this.cachedRequest, result);
      this.variantCapture?.abandon();
      if (this.cachedRequest.listener === undefined) reportNotStored(this.cachedRequest, why);
      else this.cachedRequest.listener.onNotStored(result, why, cause);
    } catch (error) {
      this.onFault(error);
    }
    this.leaveFlight();
    this.flight?.settle({ kind: result });
  }

  private leaveFlight(): void {
    if (this.flight !== undefined) this.cachedRequest.runtime.singleFlight.close(this.cachedRequest.address.key, this.flight);
  }
}
