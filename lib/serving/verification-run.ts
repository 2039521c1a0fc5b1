import { isClientError } from '../actions/client-error.js';
import { responseOf, type Response } from '../actions/action-call.js';
import { statusesOf } from '../actions/cached-action.js';
import { FrameworkMarks } from '../http/framework-marks.js';
import { ResponseRecorder, type RecordedHead, type RecorderListener } from '../http/response-recorder.js';
import type { ReadWatch } from '../reads/read-watch.js';
import { REASONS } from '../runtime/outcome-text.js';
import type { Entry } from '../stores/store.js';
import { startDeadline } from '../time/deadline.js';
import type { ComparedResponse } from '../verification/response-difference.js';
import { Authorship } from './authorship.js';
import type { MissedRequest } from './cached-request.js';
import { createEntry, storedResponse } from './create-entry.js';
import { fillStorability } from './fill-storability.js';
import { runMethod, type MethodListener } from './invoke-method.js';
import { ResponseControl } from './response-control.js';
import { watchReads } from './watched-reads.js';

/** Seconds after which a run counts as failed, if `collapseTimeout` is 0. */
const RUN_TIMEOUT = 10;

/** The result of one run of a method for a verification. */
export type RunResult =
  /** `entry`: undefined if the response may not be stored because of its status. */
  | { readonly kind: 'answered'; readonly response: ComparedResponse; readonly entry: Entry | undefined }
  /** The response is no measure of the entry: the method failed, or the response may not be stored. */
  | { readonly kind: 'unusable'; readonly reason: string };

/** One run of a method behind the answer to a hit. It records the response as a fill would, and stores nothing. */
export class VerificationRun implements RecorderListener, MethodListener {
  private readonly response: Response;
  private readonly author: Authorship;
  private readonly marks: FrameworkMarks | undefined;
  private readonly watch: ReadWatch | undefined;
  private head: RecordedHead | undefined;
  /** Undefined if the status is not listed. */
  private lifetimeMs: number | undefined;
  private result: unknown;
  private unconfirmedBody: Buffer | undefined;
  /** True if routing-controllers answers an error. */
  private isError = false;
  private resolve: (result: RunResult) => void = () => undefined;
  readonly ended = new Promise<RunResult>(resolve => (this.resolve = resolve));

  constructor(private readonly missed: MissedRequest) {
    const { runtime, action, call } = missed;
    this.response = responseOf(call);
    this.author = new Authorship(call, error => {
      // routing-controllers answers an error, and passes it on.
      this.isError = true;
      if (this.head === undefined) this.fail(error);
    });
    this.marks = action.writesResponse || action.redirects ? new FrameworkMarks(this.response) : undefined;
    new ResponseRecorder(this.response, runtime.config.maxEntryBytes, this);
    this.watch = watchReads(missed, this.discard, this.onFault);
  }

  /** Runs the method. @returns its result, for interceptors and serialisation */
  run(): unknown {
    const { runtime, call, computation } = this.missed;
    const cancel = startDeadline(
      (runtime.config.collapseTimeout || RUN_TIMEOUT) * 1000,
      () => {
        this.discard('its method takes too long');
      },
      false,
    );
    void this.ended.then(() => {
      cancel();
      this.watch?.end();
      computation.end();
    });
    return runMethod(call, this);
  }

  onReturn(returned: unknown): unknown {
    this.result = this.author.settledWith(returned);
    if (this.unconfirmedBody !== undefined) this.conclude(this.unconfirmedBody);
    return this.result;
  }

  onThrow(error: unknown, isByClient: boolean): void {
    this.author.settledWith(undefined);
    // routing-controllers answers the error of a client.
    if (this.head !== undefined || !isByClient) this.fail(error);
  }

  onHead(head: RecordedHead): 'send' {
    if (!this.author.mayBegin()) this.discard(REASONS.answeredByMiddleware);
    const headers = this.marks?.authorsOf(head.headers) ?? head.headers;
    this.head = this.marks === undefined ? head : { ...head, headers: this.marks.takeOff(head.headers) };
    if (head.status >= 500) this.discard(REASONS.handlerFailed);
    if (!statusesOf(this.missed.action).includes(head.status)) return 'send';
    const verdict = fillStorability(this.missed, head, headers, ResponseControl.of(this.response)?.directives);
    if (verdict.kind === 'storable') this.lifetimeMs = verdict.lifetimeMs;
    else this.discard(verdict.reason);
    return 'send';
  }

  onEnd(encoding: unknown): void {
    this.author.noteEnd(encoding);
  }

  onComplete(body: Buffer): void {
    // A method that has answered itself may still fail.
    if (this.author.hasSettled) this.conclude(body);
    else this.unconfirmedBody = body;
  }

  onOverflow(): void {
    this.discard('it is larger than maxEntryBytes');
  }

  readonly onFault = (error: unknown): void => {
    this.discard(`the cache failed: ${String(error)}`);
  };

  onClose(): void {
    // The connection without a client closes at the end of the response.
  }

  private conclude(body: Buffer): void {
    const { head, lifetimeMs, author } = this;
    if (head === undefined) return;
    if (!author.isOwn) return this.discard(REASONS.answeredByMiddleware);
    const callsNext = author.hasContinued || author.endedByHandler;
    const response = { ...storedResponse(head, body, { callsNext }), isError: this.isError };
    if (lifetimeMs === undefined) return this.resolve({ kind: 'answered', response, entry: undefined });
    const result = author.endedByHandler ? undefined : this.result;
    const created = createEntry(this.missed, { head, body, lifetimeMs, result, callsNext });
    if (typeof created === 'string') this.discard(created);
    else this.resolve({ kind: 'answered', response, entry: created });
  }

  /** An error handler of the application answers the error of a client, with a response that is not recorded. */
  private fail(error: unknown): void {
    if (!isClientError(error) || this.head !== undefined) return this.discard(`${REASONS.handlerFailed}: ${String(error)}`);
    const { httpCode: status } = error as { readonly httpCode: number };
    this.resolve({ kind: 'answered', response: { status, headers: [], body: Buffer.alloc(0), isError: true }, entry: undefined });
  }

  private readonly discard = (reason: string): void => {
    this.resolve({ kind: 'unusable', reason });
  };
}
