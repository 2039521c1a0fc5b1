import type { OutgoingHttpHeaders } from 'node:http';
import { responseOf, type Response } from '../actions/action-call.js';
import { setHead, setHeaders } from '../http/headers.js';
import { setStatusMessage } from '../http/http2.js';
import { ResponseGate } from '../http/response-gate.js';
import type { Entry, LookupResult, MaybePromise } from '../stores/store.js';
import { sendEntry } from './respond.js';
import { openWindows } from './stale-windows.js';
import type { MissedRequest, NotStoredListener } from './cached-request.js';
import { statusesOf } from '../actions/cached-action.js';
import { missOutcome, reportNotStored } from './report-miss.js';

/**
 * Fills the cache, and answers with the stale response instead if the handler fails: if a status of 500 or more would go out
 * (RFC 5861 §4). No byte goes out before the decision. The error still reaches the error handlers.
 *
 * @param fill runs the method, and reports to the listener
 */
export function staleIfError(request: MissedRequest, fill: (listener: NotStoredListener) => unknown): unknown {
  return new StaleIfError(request).run(fill);
}

class StaleIfError implements NotStoredListener {
  private readonly response: Response;
  private readonly headersBefore: OutgoingHttpHeaders;
  private isConcluded = false;
  /** The reason why the fill stored nothing. */
  private reason: string | undefined;
  /** The stale or fresh entry that replaces the failed response. */
  private replacement: Entry | undefined;
  private deciding: Promise<boolean> | undefined;

  constructor(private readonly request: MissedRequest) {
    this.response = responseOf(request.call);
    this.headersBefore = { ...this.response.getHeaders() };
  }

  run(fill: (listener: NotStoredListener) => unknown): unknown {
    this.deferWriteHead();
    this.delayErrors();
    new ResponseGate(
      this.response,
      moment => moment === 'end' || this.mayPass(),
      () => {
        this.sendReplacement();
      },
      () => {
        this.conclude();
      },
    );
    return fill(this);
  }

  onNotStored(_result: string, reason: string): void {
    this.reason = reason;
    if (this.isConcluded) reportNotStored(this.request, reason);
  }

  /** Decides about the response before its first byte. @returns true if it may go out */
  private mayPass(): MaybePromise<boolean> {
    const { runtime, action, address } = this.request;
    const { statusCode } = this.response;
    if (statusCode < 500 || statusesOf(action).includes(statusCode)) return true;
    // Meanwhile the stale entry may have been invalidated, or another request may have stored a fresh one.
    const found = runtime.survive<LookupResult>('the look-up of a stale response failed', { kind: 'unreachable' }, () =>
      runtime.store.lookup(address),
    );
    if (!(found instanceof Promise)) return this.decideBy(found);
    return (this.deciding = found.then(answer => this.decideBy(answer)));
  }

  private decideBy(found: LookupResult): boolean {
    const { runtime, action } = this.request;
    if (found.kind === 'hit') this.replacement = found.entry;
    if (found.kind === 'miss') {
      runtime.release(found.lease, 'unused');
      const { stale } = found;
      if (stale !== undefined && openWindows(stale, action.options, runtime.clock.now()).ifError) this.replacement = stale;
    }
    return this.replacement === undefined;
  }

  private conclude(): void {
    this.isConcluded = true;
    const { runtime, trace } = this.request;
    runtime.recordOutcome(this.response, missOutcome(this.request), trace);
    if (this.reason !== undefined) reportNotStored(this.request, this.reason);
  }

  private sendReplacement(): void {
    const { response, replacement } = this;
    if (replacement === undefined) return;
    this.isConcluded = true;
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    setHeaders(response, this.headersBefore);
    setStatusMessage(response, '');
    const isStale = replacement.expiresAtMs <= this.request.runtime.clock.now();
    // No after-middlewares here: the handler calls `next` itself, with or without its error.
    sendEntry(this.request, replacement, isStale ? { kind: 'stale', detail: this.reason ?? 'the handler failed' } : undefined);
  }

  /** Writes the handler's own head with the first bytes of the body: a head that has gone out cannot be replaced. */
  private deferWriteHead(): void {
    const { response } = this;
    const { writeHead } = response as unknown as { readonly writeHead: (this: Response, ...args: unknown[]) => Response };
    response.writeHead = (status: number, ...rest: unknown[]) => {
      if (this.isConcluded) return writeHead.call(response, status, ...rest);
      setHead(response, status, rest);
      return response;
    };
  }

  /** Passes an error on when the response has gone out whole. Express breaks the connection if an error comes earlier. */
  private delayErrors(): void {
    const { action } = this.request.call;
    const next = action.next;
    action.next = (error?: unknown): unknown => {
      if (error === undefined || !this.response.headersSent) return next?.(error) as unknown;
      const passOn = (): void => void next?.(error);
      const whenOut = (): void => {
        if (this.replacement === undefined || this.response.writableFinished) passOn();
        else this.response.once('close', passOn);
      };
      if (this.deciding === undefined) whenOut();
      else this.deciding.then(whenOut, passOn);
      return undefined;
    };
  }
}
