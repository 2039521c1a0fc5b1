import type { OutgoingHttpHeaders } from 'node:http';
import { responseOf, type Response } from '../actions/action-call.js';
import { setHead, setHeaders } from '../http/headers.js';
import { setStatusMessage } from '../http/http2.js';
import { ResponseGate } from '../http/response-gate.js';
import type { Entry, LookupResult, MaybePromise } from '../stores/store.js';
import { sendEntry } from './respond.js';
import { openWindows } from './stale-windows.js';
import type { CachedRequest, NotStoredListener } from './cached-request.js';
import { statusesOf } from '../actions/cached-action.js';
import { reportNotStored } from './report-miss.js';

/**
 * Computes a response, and answers with one that has expired where that fails (RFC 5861 §4): where a status of 500 or more would go
 * out, whoever has set it. Until it is known, nothing goes out; the error goes its way to those who log errors.
 *
 * @param compute runs the method
 */
export function staleIfError(cachedRequest: CachedRequest, compute: (cachedRequest: CachedRequest) => unknown): unknown {
  return new StaleIfError(cachedRequest).run(compute);
}

class StaleIfError implements NotStoredListener {
  private readonly response: Response;
  private readonly headersBefore: OutgoingHttpHeaders;
  private isConcluded = false;
  /** Why nothing was kept, until it can be told. */
  private why: string | undefined;
  private found: Entry | undefined;
  private deciding: Promise<boolean> | undefined;

  constructor(private readonly cachedRequest: CachedRequest) {
    this.response = responseOf(cachedRequest.call);
    this.headersBefore = { ...this.response.getHeaders() };
  }

  run(compute: (cachedRequest: CachedRequest) => unknown): unknown {
    this.deferWriteHead();
    this.delayErrors();
    new ResponseGate(
      this.response,
      moment => moment === 'end' || this.mayPass(),
      () => {
        this.answer();
      },
      () => {
        this.conclude();
      },
    );
    return compute({ ...this.cachedRequest, listener: this });
  }

  onNotStored(_landing: string, why: string): void {
    this.why = why;
    if (this.isConcluded) reportNotStored(this.cachedRequest, why);
  }

  /** @returns whether what is about to go out may */
  private mayPass(): MaybePromise<boolean> {
    const { runtime, action, address } = this.cachedRequest;
    const { statusCode } = this.response;
    if (statusCode < 500 || statusesOf(action).includes(statusCode)) return true;
    // It may have been invalidated while the method ran, or computed by another.
    const found = runtime.survive<LookupResult>('the store could not be asked', { kind: 'unreachable' }, () =>
      runtime.store.lookup(address),
    );
    if (!(found instanceof Promise)) return this.decideBy(found);
    return (this.deciding = found.then(answer => this.decideBy(answer)));
  }

  private decideBy(found: LookupResult): boolean {
    const { runtime, action } = this.cachedRequest;
    if (found.kind === 'hit') this.found = found.entry;
    if (found.kind === 'miss') {
      runtime.release(found.lease, 'unused');
      const { stale } = found;
      if (stale !== undefined && openWindows(stale, action.options, runtime.clock.now()).ifError) this.found = stale;
    }
    return this.found === undefined;
  }

  private conclude(): void {
    this.isConcluded = true;
    this.cachedRequest.runtime.recordOutcome(this.response, { kind: 'miss' });
    if (this.why !== undefined) reportNotStored(this.cachedRequest, this.why);
  }

  private answer(): void {
    const { response, found } = this;
    const { runtime, action, call } = this.cachedRequest;
    if (found === undefined) return;
    this.isConcluded = true;
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    setHeaders(response, this.headersBefore);
    setStatusMessage(response, '');
    const isStale = found.expiresAtMs <= runtime.clock.now();
    // Whoever made the response that failed goes on: to after-middlewares, or with its error.
    sendEntry(runtime, action, call, found, isStale ? { kind: 'stale', detail: this.why ?? 'the handler failed' } : undefined);
  }

  /** A head that a handler has written itself could not be replaced: it is written with the first bytes. */
  private deferWriteHead(): void {
    const { response } = this;
    const { writeHead } = response as unknown as { readonly writeHead: (this: Response, ...args: unknown[]) => Response };
    response.writeHead = (status: number, ...rest: unknown[]) => {
      if (this.isConcluded) return writeHead.call(response, status, ...rest);
      setHead(response, status, rest);
      return response;
    };
  }

  /** Express breaks the connection of an error whose response has begun to go out: it is to have gone out whole. */
  private delayErrors(): void {
    const { action } = this.cachedRequest.call;
    const next = action.next;
    action.next = (error?: unknown): unknown => {
      if (error === undefined || !this.response.headersSent) return next?.(error) as unknown;
      const goOn = (): void => void next?.(error);
      const whenOut = (): void => {
        if (this.found === undefined || this.response.writableFinished) goOn();
        else this.response.once('close', goOn);
      };
      if (this.deciding === undefined) whenOut();
      else this.deciding.then(whenOut, goOn);
      return undefined;
    };
  }
}
