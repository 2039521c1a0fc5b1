import etag from 'etag';
import { requestOf, responseOf, type Request, type Response } from '../controllers/action-call.js';
import type { WireKeeper } from '../edge/wire-keeper.js';
import { ObservedRequest } from '../events/observed-request.js';
import { applyClientRules } from '../http/client-rules.js';
import { isNotModified, restoreConditions, takeConditions, turnIntoNotModified, type Conditions } from '../http/conditional.js';
import { ResponseRecorder, type RecordedHead, type RecorderListener } from '../http/response-recorder.js';
import { storability } from '../http/storability.js';
import type { ReadWatch } from '../reads/read-watch.js';
import type { Entry } from '../stores/store.js';
import { clientRulesOf } from './answer.js';
import { isClientError } from './handler-error.js';
import type { Flight } from './flights.js';
import { BY_CONTROL, madeEntry } from './made-entry.js';
import type { Miss } from './miss.js';
import { ResponseControl } from './response-control.js';
import { runMethod, type MethodListener } from './run-method.js';
import { statusesOf } from './statuses.js';
import { tellGivenUp, tellSaved } from './told-miss.js';
import { watchReads } from './watched-reads.js';

const SETS_COOKIE = 'the response sets a cookie';
const CLIENT_LEFT = 'the client left';
const HANDLER_FAILED = 'the handler failed';

/** Runs the method of a missed request, sends its response, and keeps what may be kept. */
export class Computation implements RecorderListener, MethodListener {
  private readonly request: Request;
  private readonly response: Response;
  private readonly cookiesBefore: string | undefined;
  private conditions: Conditions = {};
  private wireKeeper: WireKeeper | undefined;
  private watch: ReadWatch | undefined;
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
    const { engine, call, address } = this.miss;
    this.wireKeeper = wireKeeper;
    if (this.miss.teller === undefined) engine.conclude(this.response, { kind: 'miss' });
    ObservedRequest.of(this.response)?.beginComputing();
    // Where no response could be kept of late, partial ones are as good: a large file is sought in by `Range`.
    this.conditions = takeConditions(this.request, { keepRange: engine.flights.areApart(address.key) });
    this.noticeNext();
    new ResponseRecorder(this.response, engine.config.maxEntryBytes, this);
    // Last, so that what the recorder and middlewares read on the way out is told from what the method reads.
    this.watch = watchReads(this.miss, why => {
      this.giveUp('unshareable', why);
    });
    return runMethod(call, this);
  }

  onReturn(result: unknown): void {
    this.hasReturned = true;
    this.result = result;
  }

  onThrow(error: unknown): void {
    this.hasReturned = true;
    if (!isClientError(error)) this.giveUp('failed', HANDLER_FAILED, error);
  }

  onHead(head: RecordedHead): 'send' | 'without-body' {
    restoreConditions(this.request, this.conditions);
    this.head = head;
    if (this.state === 'open') this.judge(head);
    if (!isNotModified(this.conditionsFor(head), this.response)) return 'send';
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

  onClose(begun: boolean): void {
    // The method runs on, as it does without a cache: what it sends is recorded, if it comes in the time that others would wait.
    if (begun) return this.giveUp('abandoned', CLIENT_LEFT);
    const { collapseTimeout } = this.miss.engine.config;
    setTimeout(() => {
      this.giveUp('abandoned', CLIENT_LEFT);
    }, collapseTimeout * 1000).unref();
  }

  /** `*` matches whatever comes: a response in pieces, which may never end, is not held back for that. */
  private conditionsFor({ wholeBody }: RecordedHead): Conditions {
    return wholeBody === undefined && this.conditions['if-none-match'] === '*' ? {} : this.conditions;
  }

  /** Decides whether the response may be kept, and if so tells clients how they may. */
  private judge(head: RecordedHead): void {
    const { engine, action, namesCaller } = this.miss;
    const said = ResponseControl.of(this.response)?.said;
    if (said?.isStored === false) return this.giveUp('unshareable', BY_CONTROL);
    const verdict = storability(head.status, head.headers, {
      timeout: action.options.timeout ?? engine.config.defaultTimeout,
      ownTimeout: said?.timeout,
      statuses: statusesOf(action),
      keyedHeaders: action.keyedHeaders,
      namesCaller,
      nowMs: engine.clock.now(),
    });
    if (verdict.kind === 'unstorable') return this.giveUp(head.status < 500 ? 'unshareable' : 'failed', verdict.reason);
    this.lifetimeMs = verdict.lifetimeMs;
    if (head.wholeBody !== undefined && head.status !== 204 && !this.response.hasHeader('etag')) {
      this.response.setHeader('ETag', etag(head.wholeBody, { weak: true }));
    }
    applyClientRules(this.response, clientRulesOf(engine, action));
  }

  private cookies(): string {
    return String(this.response.getHeader('set-cookie'));
  }

  /** Ends the computation without keeping anything. */
  private giveUp(landing: 'unshareable' | 'failed' | 'abandoned', why: string, cause?: unknown): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.watch?.end();
    const { engine, address, fence, teller } = this.miss;
    engine.release(fence, landing === 'abandoned' ? 'unused' : 'unshareable');
    if (landing !== 'abandoned') engine.flights.noteUnshareable(address.key);
    this.wireKeeper?.abandon();
    this.leaveFlight();
    this.flight?.land({ kind: landing });
    if (teller === undefined) tellGivenUp(this.miss, why);
    else teller.onGivenUp(landing, why, cause);
  }

  private leaveFlight(): void {
    if (this.flight !== undefined) this.miss.engine.flights.close(this.miss.address.key, this.flight);
  }

  private noticeNext(): void {
    const { action } = this.miss.call;
    const next = action.next;
    action.next = (error?: unknown): unknown => {
      if (error === undefined) this.hasContinued = true;
      // An error middleware answers in the handler's place, perhaps with 200. An error after the response is the one it tells of.
      else if (this.head === undefined) this.giveUp('failed', HANDLER_FAILED, error);
      return next?.(error) as unknown;
    };
  }
}
