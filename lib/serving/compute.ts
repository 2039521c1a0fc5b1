import { requestOf, responseOf, type Request, type Response } from '../controllers/action-call.js';
import type { WireKeeper } from '../edge/wire-keeper.js';
import { ObservedRequest } from '../events/observed-request.js';
import { applyClientRules } from '../http/client-rules.js';
import { isNotModified, restoreConditions, takeConditions, turnIntoNotModified, type Conditions } from '../http/conditional.js';
import { FrameworkMarks } from '../http/framework-marks.js';
import { identify } from '../http/recorded-response.js';
import { noticeRequestReads } from '../http/request-reads.js';
import { ResponseRecorder, type RecordedHead, type RecorderListener } from '../http/response-recorder.js';
import type { Entry } from '../stores/store.js';
import { clientRulesOf } from './answer.js';
import { isClientError } from './handler-error.js';
import type { Flight } from './flights.js';
import { judged, landingOf, noteGivenUp } from './judged.js';
import { BY_CONTROL, madeEntry } from './made-entry.js';
import type { Miss } from './miss.js';
import { noticeNext } from './notice-next.js';
import { ResponseControl } from './response-control.js';
import { runMethod, type MethodListener } from './run-method.js';
import { tellGivenUp, tellSaved } from './told-miss.js';

const SETS_COOKIE = 'the response sets a cookie';
const CLIENT_LEFT = 'the client left';
const HANDLER_FAILED = 'the handler failed';

/** Runs the method of a missed request, sends its response, and keeps what may be kept. */
export class Computation implements RecorderListener, MethodListener {
  private readonly request: Request;
  private readonly response: Response;
  private readonly cookiesBefore: string | undefined;
  private conditions: Conditions = {};
  private marks: FrameworkMarks | undefined;
  private wireKeeper: WireKeeper | undefined;
  private head: RecordedHead | undefined;
  private lifetimeMs = 0;
  private state: 'open' | 'closed' = 'open';
  private result: unknown;
  private hasReturned = false;
  /** Whether the method has ended the response itself: routing-controllers will go on all the same when it returns. */
  private isByHand = false;
  private hasContinued = false;

  /** @param flight those who wait for the same, where any may */
  constructor(
    private readonly miss: Miss,
    private readonly flight: Flight | undefined,
  ) {
    this.request = requestOf(miss.call);
    this.response = responseOf(miss.call);
    this.cookiesBefore = miss.action.seesRequest ? this.cookies() : undefined;
  }

  /** @returns what the method returned, on its way to interceptors and serialisation */
  run(): unknown {
    const { engine, action, address, visit } = this.miss;
    const keeper = visit?.keepComputed(engine, action, address);
    return keeper instanceof Promise ? keeper.then(kept => this.runWith(kept)) : this.runWith(keeper);
  }

  private runWith(wireKeeper: WireKeeper | undefined): unknown {
    const { engine, call, teller } = this.miss;
    this.wireKeeper = wireKeeper;
    if (teller === undefined) engine.conclude(this.response, { kind: 'miss' });
    try {
      this.prepare();
    } catch (error) {
      this.onFault(error);
    }
    return runMethod(call, this);
  }

  private prepare(): void {
    const { engine, action, call, address } = this.miss;
    ObservedRequest.of(this.response)?.beginComputing();
    const isWholeWanted = engine.parts.isWholeStorable(address.key) && !engine.flights.areApart(address.key);
    this.conditions = takeConditions(this.request, { keepRange: !isWholeWanted });
    noticeNext(call, this);
    if (action.seesResponse || action.redirects) {
      this.marks = new FrameworkMarks(this.response);
      noticeRequestReads(this.response, action.rendersLocals, () => {
        this.giveUp('unshareable', 'the handler read the request through the response');
      });
    }
    new ResponseRecorder(this.response, engine.config.maxEntryBytes, this);
  }

  onReturn(result: unknown): void {
    this.hasReturned = true;
    this.result = result;
  }

  onContinue(): void {
    this.hasContinued = true;
  }

  onError(error: unknown): void {
    // An error middleware answers in the handler's place, perhaps with 200. An error after the response is the one it tells of.
    if (this.head === undefined) this.giveUp('failed', HANDLER_FAILED, error);
  }

  onThrow(error: unknown): void {
    this.hasReturned = true;
    if (!isClientError(error)) this.giveUp('failed', HANDLER_FAILED, error);
  }

  onHead(head: RecordedHead): 'send' | 'without-body' {
    restoreConditions(this.request, this.conditions);
    this.head = head;
    if (this.state === 'open') this.judge(head);
    if (!isNotModified(this.conditions, this.response, head.wholeBody === undefined)) return 'send';
    turnIntoNotModified(this.response);
    return 'without-body';
  }

  onEnd(): void {
    this.isByHand = !this.hasReturned;
  }

  onComplete(body: Buffer): void {
    if (this.state === 'closed' || this.head === undefined) return;
    const { engine, action, address, fence } = this.miss;
    // A session that the method began sets its cookie when the headers go out, after the handler's own headers have been looked at.
    if (action.seesRequest && this.cookies() !== this.cookiesBefore) return this.giveUp('unshareable', SETS_COOKIE);
    const { head, lifetimeMs, isByHand } = this;
    const result = isByHand ? undefined : this.result;
    const made = madeEntry(this.miss, { head, body, lifetimeMs, result, continues: this.hasContinued || isByHand });
    if (typeof made === 'string') return this.giveUp('unshareable', made);
    this.state = 'closed';
    engine.flights.noteShareable(address.key);
    engine.parts.noteStored(address.key);
    const entry = this.wireKeeper?.completed(made) ?? made;
    const saved = engine.save(address, entry, fence);
    // Those who wait get it now, and so do those who come until it is saved.
    this.flight?.land({ kind: 'recorded', entry });
    if (saved instanceof Promise) void saved.then(isKept => this.leave(entry, isKept));
    else this.leave(entry, saved);
  }

  /** The entry is where others find it. */
  private leave(entry: Entry, isKept: boolean): void {
    this.leaveFlight();
    this.wireKeeper?.attachTo(entry);
    tellSaved(this.miss, entry, isKept);
  }

  onOverflow(): void {
    this.giveUp('unshareable', 'it is larger than maxEntryBytes');
  }

  onFault(error: unknown): void {
    restoreConditions(this.request, this.conditions);
    this.miss.engine.faults.report('CACHE_FAILED', `${this.miss.action.name}: a response could not be recorded`, error);
    this.giveUp('unshareable', 'the cache failed');
  }

  onClose(begun: boolean): void {
    // The method runs on, as it does without a cache: what it sends is recorded, if it comes in the time that others would wait.
    if (begun) return this.giveUp('abandoned', CLIENT_LEFT);
    const { collapseTimeout } = this.miss.engine.config;
    setTimeout(() => {
      this.giveUp('abandoned', CLIENT_LEFT);
    }, collapseTimeout * 1000).unref();
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

  private cookies(): string {
    return String(this.response.getHeader('set-cookie'));
  }

  /** Ends the computation without keeping anything. */
  private giveUp(landing: 'unshareable' | 'failed' | 'abandoned', why: string, cause?: unknown): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    const { teller } = this.miss;
    noteGivenUp(this.miss, landing);
    this.wireKeeper?.abandon();
    this.leaveFlight();
    this.flight?.land({ kind: landing });
    if (teller === undefined) tellGivenUp(this.miss, why);
    else teller.onGivenUp(landing, why, cause);
  }

  private leaveFlight(): void {
    if (this.flight !== undefined) this.miss.engine.flights.close(this.miss.address.key, this.flight);
  }
}
