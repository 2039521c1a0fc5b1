import { startDeadline } from '../time/deadline.js';
import { requestOf, responseOf, type Request, type Response } from '../actions/action-call.js';
import type { MissedRequest, NotStoredListener, ResponseCapture } from './cached-request.js';
import { applyDownstreamPolicy } from '../http/downstream-policy.js';
import { isNotModified, restorePreconditions, detachPreconditions, turnIntoNotModified } from '../http/preconditions.js';
import type { Preconditions } from '../http/preconditions.js';
import { FrameworkMarks } from '../http/framework-marks.js';
import { cookiesSetOn } from '../http/headers.js';
import { identify, NO_STORE_BY_CONTROL, createEntry } from './create-entry.js';
import { ResponseRecorder, type RecordedHead, type RecorderListener } from '../http/response-recorder.js';
import type { ReadWatch } from '../reads/read-watch.js';
import type { Entry } from '../stores/store.js';
import { downstreamPolicy } from './respond.js';
import { Authorship } from './authorship.js';
import type { Flight } from '../runtime/single-flight.js';
import { fillStorability, unstoredResult, recordUnstored } from './fill-storability.js';
import { REASONS } from '../runtime/outcome-text.js';
import { ResponseControl } from './response-control.js';
import { runMethod, type MethodListener } from './invoke-method.js';
import { missOutcome, reportNotStored, reportStored } from './report-miss.js';
import { watchReads } from './watched-reads.js';

/** Runs the method of a missed request, sends its response, and stores the response if it is storable. */
export class Fill implements RecorderListener, MethodListener {
  private readonly request: Request;
  private readonly response: Response;
  private readonly cookiesBefore: string | undefined;
  private preconditions: Preconditions = {};
  private marks: FrameworkMarks | undefined;
  private watch: ReadWatch | undefined;
  private head: RecordedHead | undefined;
  private lifetimeMs = 0;
  private isSettled = false;
  private result: unknown;
  private readonly author: Authorship;
  /** The body that the method has sent itself, until the method returns. */
  private unconfirmedBody: Buffer | undefined;

  /** @param listener takes over the reports of a fill that stores nothing */
  constructor(
    private readonly missed: MissedRequest,
    private readonly flight: Flight | undefined,
    private readonly capture: ResponseCapture | undefined,
    private readonly listener?: NotStoredListener,
  ) {
    this.request = requestOf(missed.call);
    this.response = responseOf(missed.call);
    this.author = new Authorship(missed.call, error => {
      // An error handler may answer in the method's place, with any status. An error after the response changes nothing.
      if (this.head === undefined) this.settleUnstored('failed', REASONS.handlerFailed, error);
    });
    this.cookiesBefore = missed.action.readsRequest ? cookiesSetOn(this.response) : undefined;
  }

  /** @returns the result of the method, for interceptors and serialisation */
  run(): unknown {
    const { runtime, call, trace } = this.missed;
    try {
      if (this.listener === undefined) runtime.recordOutcome(this.response, missOutcome(this.missed), trace);
      this.prepare();
    } catch (error) {
      this.onFault(error);
    }
    return runMethod(call, this);
  }

  private prepare(): void {
    const { runtime, action, address, trace } = this.missed;
    trace?.beginComputing();
    const needsWhole = runtime.parts.isWholeStorable(address.key) && !runtime.singleFlight.isHitForMiss(address.key);
    this.preconditions = detachPreconditions(this.request, { keepRange: !needsWhole });
    if (action.writesResponse || action.redirects) this.marks = new FrameworkMarks(this.response);
    new ResponseRecorder(this.response, runtime.config.maxEntryBytes, this);
    // Last: a read by the recorder or by a middleware on the way out is no read by the method.
    this.watch = watchReads(this.missed, this.settleUnstored.bind(this, 'unshareable'), this.onFault);
  }

  onReturn(returned: unknown): unknown {
    this.result = this.author.settledWith(returned);
    try {
      if (this.unconfirmedBody !== undefined) this.store(this.unconfirmedBody);
    } catch (error) {
      this.onFault(error);
    }
    return this.result;
  }

  onThrow(error: unknown, isByClient: boolean): void {
    this.author.settledWith(undefined);
    if (this.head !== undefined || !isByClient) this.settleUnstored('failed', REASONS.handlerFailed, error);
  }

  onHead(head: RecordedHead): 'send' | 'without-body' {
    restorePreconditions(this.request, this.preconditions);
    this.head = head;
    if (!this.author.mayBegin()) this.settleUnstored('abandoned', REASONS.answeredByMiddleware);
    if (!this.isSettled) this.checkStorability(head);
    if (!isNotModified(this.preconditions, this.response, head.wholeBody === undefined)) return 'send';
    turnIntoNotModified(this.response);
    return 'without-body';
  }

  onEnd(encoding: unknown): void {
    this.author.noteEnd(encoding);
  }

  onComplete(body: Buffer): void {
    // A method that has answered itself may still fail.
    if (this.author.hasSettled) this.store(body);
    else this.unconfirmedBody = body;
  }

  private store(body: Buffer): void {
    if (this.isSettled || this.head === undefined) return;
    if (!this.author.isOwn) return this.settleUnstored('abandoned', REASONS.answeredByMiddleware);
    const { runtime, action, address, lease } = this.missed;
    // A session that the method began sets its cookie with the headers, after the check of the handler's own headers.
    if (action.readsRequest && cookiesSetOn(this.response) !== this.cookiesBefore)
      return this.settleUnstored('unshareable', REASONS.setsCookie);
    const { head, lifetimeMs, author } = this;
    const result = author.endedByHandler ? undefined : this.result;
    const callsNext = author.hasContinued || author.endedByHandler;
    const created = createEntry(this.missed, { head, body, lifetimeMs, result, callsNext });
    if (typeof created === 'string') return this.settleUnstored('unshareable', created);
    this.isSettled = true;
    this.missed.computation.end();
    runtime.singleFlight.clearHitForMiss(address.key);
    runtime.parts.recordStored(address.key);
    const entry = this.capture?.withVariant(created) ?? created;
    // Waiting requests get the entry now. Until the store has it, new requests get it from the flight.
    const saved = runtime.save(address, entry, lease);
    this.flight?.settle({ kind: 'recorded', entry });
    if (saved instanceof Promise) saved.then(isStored => this.finish(entry, isStored)).catch(this.onFault);
    else this.finish(entry, saved);
  }

  private finish(entry: Entry, isStored: boolean): void {
    this.leaveFlight();
    this.capture?.attachTo(isStored ? entry : undefined);
    reportStored(this.missed, entry, isStored);
  }

  onOverflow(): void {
    this.settleUnstored('unshareable', 'it is larger than maxEntryBytes');
  }

  readonly onFault = (error: unknown): void => {
    const { runtime, action } = this.missed;
    restorePreconditions(this.request, this.preconditions);
    runtime.faults.report('CACHE_FAILED', `${action.name}: a response could not be recorded`, error);
    this.settleUnstored('unshareable', REASONS.cacheFailed);
    // After a fault during the save, no request may wait for the end of the save.
    this.flight?.settle({ kind: 'unshareable' });
    this.leaveFlight();
  };

  onClose(begun: boolean): void {
    // The method continues, as without a cache. Its response is recorded if it ends within `collapseTimeout`.
    if (begun) return this.settleUnstored('abandoned', REASONS.clientLeft);
    const { collapseTimeout } = this.missed.runtime.config;
    startDeadline(collapseTimeout * 1000, this.settleUnstored.bind(this, 'abandoned', REASONS.clientLeft), false);
  }

  /** Decides whether the response may be stored, and sets its headers for caches downstream. */
  private checkStorability(head: RecordedHead): void {
    const { runtime, action } = this.missed;
    const directives = ResponseControl.of(this.response)?.directives;
    if (directives?.isStored === false) return this.settleUnstored('unshareable', NO_STORE_BY_CONTROL);
    const headers = this.marks?.authorsOf(head.headers) ?? head.headers;
    const verdict = fillStorability(this.missed, head, headers, directives);
    if (verdict.kind === 'unstorable')
      return this.settleUnstored(unstoredResult(this.missed, head.status, headers, directives), verdict.reason);
    if (this.marks !== undefined) this.head = { ...head, headers: this.marks.takeOff(head.headers) };
    this.lifetimeMs = verdict.lifetimeMs;
    identify(this.response, head);
    applyDownstreamPolicy(this.response, downstreamPolicy(runtime, action));
  }

  private settleUnstored(result: 'unshareable' | 'failed' | 'abandoned', reason: string, cause?: unknown): void {
    if (this.isSettled) return;
    this.isSettled = true;
    try {
      this.watch?.end();
      this.missed.computation.end();
      recordUnstored(this.missed, result);
      this.capture?.abandon();
      if (this.listener === undefined) reportNotStored(this.missed, reason);
      else this.listener.onNotStored(result, reason, cause);
    } catch (error) {
      this.onFault(error);
    }
    this.leaveFlight();
    this.flight?.settle({ kind: result });
  }

  private leaveFlight(): void {
    if (this.flight !== undefined) this.missed.runtime.singleFlight.close(this.missed.address.key, this.flight);
  }
}
