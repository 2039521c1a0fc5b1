import { startDeadline } from '../deadline.js';
import { requestOf, responseOf, type Request, type Response } from '../controllers/action-call.js';
import type { WireKeeper } from '../edge/wire-keeper.js';
import { ObservedRequest } from '../events/observed-request.js';
import { applyClientRules } from '../http/client-rules.js';
import { isNotModified, restoreConditions, takeConditions, turnIntoNotModified, type Conditions } from '../http/conditional.js';
import { FrameworkMarks } from '../http/framework-marks.js';
import { cookiesSetOn } from '../http/header-changes.js';
import { identify } from '../http/recorded-response.js';
import { ResponseRecorder, type RecordedHead, type RecorderListener } from '../http/response-recorder.js';
import type { ReadWatch } from '../reads/read-watch.js';
import type { Entry } from '../stores/store.js';
import { clientRulesOf } from './answer.js';
import { Authorship } from './authorship.js';
import { isClientError } from './handler-error.js';
import type { Flight } from './flights.js';
import { judged, landingOf, noteGivenUp } from './judged.js';
import { BY_CONTROL, madeEntry } from './made-entry.js';
import type { Miss } from './miss.js';
import { REASONS } from './reasons.js';
import { ResponseControl } from './response-control.js';
import { runMethod, type MethodListener } from './run-method.js';
import { tellGivenUp, tellSaved } from './told-miss.js';
import { watchReads } from './watched-reads.js';

/** Runs the method of a missed request, sends its response, and keeps what may be kept. */
export class Computation implements RecorderListener, MethodListener {
  private readonly request: Request;
  private readonly response: Response;
  private readonly cookiesBefore: string | undefined;
  private conditions: Conditions = {};
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
    private readonly miss: Miss,
    private readonly flight: Flight | undefined,
    private readonly wireKeeper: WireKeeper | undefined,
  ) {
    this.request = requestOf(miss.call);
    this.response = responseOf(miss.call);
    this.author = new Authorship(miss.call, error => {
      // An error middleware answers in the handler's place, perhaps with 200. An error after the response is the one it tells of.
      if (this.head === undefined) this.giveUp('failed', REASONS.handlerFailed, error);
    });
    this.cookiesBefore = miss.action.seesRequest ? cookiesSetOn(this.response) : undefined;
  }

  /** @returns what the method returned, on its way to interceptors and serialisation */
  run(): unknown {
    try {
      if (this.miss.teller === undefined) this.miss.engine.conclude(this.response, { kind: 'miss' });
      this.prepare();
    } catch (error) {
      this.onFault(error);
    }
    return runMethod(this.miss.call, this);
  }

  private prepare(): void {
    const { engine, action, address } = this.miss;
    ObservedRequest.of(this.response)?.beginComputing();
    const isWholeWanted = engine.parts.isWholeStorable(address.key) && !engine.flights.areApart(address.key);
    this.conditions = takeConditions(this.request, { keepRange: !isWholeWanted });
    if (action.seesResponse || action.redirects) this.marks = new FrameworkMarks(this.response);
    new ResponseRecorder(this.response, engine.config.maxEntryBytes, this);
    // Last, so that what the recorder and middlewares read on the way out is told from what the method reads.
    this.watch = watchReads(this.miss, this.giveUp.bind(this, 'unshareable'), this.onFault);
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
    if (this.head !== undefined || !isClientError(error)) this.giveUp('failed', REASONS.handlerFailed, error);
  }

  onHead(head: RecordedHead): 'send' | 'without-body' {
    restoreConditions(this.request, this.conditions);
    this.head = head;
    if (!this.author.mayBegin()) this.giveUp('abandoned', REASONS.answeredByOthers);
    if (this.state === 'open') this.judge(head);
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
    if (!this.author.isOwn) return this.giveUp('abandoned', REASONS.answeredByOthers);
    const { engine, action, address, fence } = this.miss;
    // A session that the method began sets its cookie when the headers go out, after the handler's own headers have been looked at.
    if (action.seesRequest && cookiesSetOn(this.response) !== this.cookiesBefore)
      return this.giveUp('unshareable', REASONS.setsCookie);
    const { head, lifetimeMs, author } = this;
    const result = author.isByHand ? undefined : this.result;
    const continues = author.hasContinued || author.isByHand;
    const made = madeEntry(this.miss, { head, body, lifetimeMs, result, continues });
    if (typeof made === 'string') return this.giveUp('unshareable', made);
    this.state = 'closed';
    engine.flights.noteShareable(address.key);
    engine.parts.noteStored(address.key);
    const entry = this.wireKeeper?.completed(made) ?? made;
    // Those who wait get it now, and so do those who come until it is saved.
    const saved = engine.save(address, entry, fence);
    this.flight?.land({ kind: 'recorded', entry });
    if (saved instanceof Promise) saved.then(isKept => this.leave(entry, isKept)).catch(this.onFault);
    else this.leave(entry, saved);
  }

  private leave(entry: Entry, isKept: boolean): void {
    this.leaveFlight();
    this.wireKeeper?.attachTo(isKept ? entry : undefined);
    tellSaved(this.miss, entry, isKept);
  }

  onOverflow(): void {
    this.giveUp('unshareable', 'it is larger than maxEntryBytes');
  }

  readonly onFault = (error: unknown): void => {
    restoreConditions(this.request, this.conditions);
    this.miss.engine.faults.report('CACHE_FAILED', `${this.miss.action.name}: a response could not be recorded`, error);
    this.giveUp('unshareable', REASONS.cacheFailed);
    // It may have been on its way into the store: nobody is to wait for it.
    this.flight?.land({ kind: 'unshareable' });
    this.leaveFlight();
  };

  onClose(begun: boolean): void {
    // The method runs on, as it does without a cache: what it sends is recorded, if it comes in the time that others would wait.
    if (begun) return this.giveUp('abandoned', REASONS.clientLeft);
    const timeoutMs = this.miss.engine.config.collapseTimeout * 1000;
    startDeadline(timeoutMs, this.giveUp.bind(this, 'abandoned', REASONS.clientLeft), false);
  }

  /** Decides whether the response may be kept, and if so tells clients how they may. */
  private judge(head: RecordedHead): void {
    const { engine, action } = this.miss;
    const said = ResponseControl.of(this.response)?.said;
    if (said?.isStored === false) return this.giveUp('unshareable', BY_CONTROL);
    const headers = this.marks?.authorsOf(head.headers) ?? head.headers;
    const verdict = judged(this.miss, head.status, headers, said);
    if (verdict.kind === 'unstorable') return this.giveUp(landingOf(this.miss, head.status, headers, said), verdict.reason);
    if (this.marks !== undefined) this.head = { ...head, headers: this.marks.takeOff(head.headers) };
    this.lifetimeMs = verdict.lifetimeMs;
    identify(this.response, head);
    applyClientRules(this.response, clientRulesOf(engine, action));
  }

  /** Ends the computation without keeping anything. */
  private giveUp(landing: 'unshareable' | 'failed' | 'abandoned', why: string, cause?: unknown): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    try {
      this.watch?.end();
      noteGivenUp(this.miss, landing);
      this.wireKeeper?.abandon();
      if (this.miss.teller === undefined) tellGivenUp(this.miss, why);
      else this.miss.teller.onGivenUp(landing, why, cause);
    } catch (error) {
      this.onFault(error);
    }
    this.leaveFlight();
    this.flight?.land({ kind: landing });
  }

  private leaveFlight(): void {
    if (this.flight !== undefined) this.miss.engine.flights.close(this.miss.address.key, this.flight);
  }
}
