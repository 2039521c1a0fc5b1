import { systemClock } from '../time/clock.js';
import { headersOfVaryBy } from '../options/vary-by.js';
import { requestOf } from '../actions/action-call.js';
import { isPartial, totalLength } from '../http/content-range.js';
import { storability, type Storability } from '../http/storability.js';
import type { RecordedHead } from '../http/response-recorder.js';
import type { HeaderChange } from '../http/stored-response.js';
import type { FillResult } from '../runtime/single-flight.js';
import type { MissedRequest } from './cached-request.js';
import { underivedResponse } from './create-entry.js';
import type { ResponseControl } from './response-control.js';
import { statusesOf } from '../actions/cached-action.js';
import { hasReadRange } from './watched-reads.js';

type Directives = ResponseControl['directives'] | undefined;

/** Decides by the status and the author's headers whether a response may be stored. */
export function fillStorability(
  request: MissedRequest,
  { status, wholeBody }: Pick<RecordedHead, 'status' | 'wholeBody'>,
  headers: readonly HeaderChange[],
  directives: Directives,
): Storability {
  // A response in pieces may still read.
  const underived = wholeBody === undefined ? undefined : underivedResponse(request);
  if (underived !== undefined) return { kind: 'unstorable', reason: underived };
  // A whole response that depends on `Range` would answer requests with the same key and another range.
  if (!isPartial(status) && hasReadRange(request)) return { kind: 'unstorable', reason: 'the method read the header range' };
  return storableAs(request, status, headers, directives);
}

function storableAs(
  { runtime, action, isPerUser }: MissedRequest,
  status: number,
  headers: readonly HeaderChange[],
  directives: Directives,
): Storability {
  return storability(status, headers, {
    timeout: action.options.timeout ?? runtime.config.defaultTimeout,
    ownTimeout: directives?.timeout,
    statuses: statusesOf(action),
    keyedHeaders: keyedHeadersOf(runtime, action),
    isPerUser,
    // `Expires` is a time of day.
    nowMs: systemClock.now(),
  });
}

function keyedHeadersOf({ config }: MissedRequest['runtime'], { keyedHeaders }: MissedRequest['action']): ReadonlySet<string> {
  const named = headersOfVaryBy(config.varyBy);
  return named.length === 0 ? keyedHeaders : new Set([...keyedHeaders, ...named.map(name => name.toLowerCase())]);
}

/** Finds the result of a fill whose response cannot be stored, by the status and the author's headers. */
export function unstoredResult(
  request: MissedRequest,
  status: number,
  headers: readonly HeaderChange[],
  directives: Directives,
): 'abandoned' | 'unshareable' | 'failed' {
  if (status >= 500) return 'failed';
  if (!isPartOfStorable(request, status, headers, directives)) return 'unshareable';
  request.runtime.parts.recordPart(request.address.key);
  // One of the waiting requests computes the whole response.
  return 'abandoned';
}

function isPartOfStorable(
  request: MissedRequest,
  status: number,
  headers: readonly HeaderChange[],
  directives: Directives,
): boolean {
  const total = status === 206 ? totalLength(headers) : undefined;
  if (total === undefined || total > request.runtime.config.maxEntryBytes) return false;
  const wholeHeaders = headers.filter(({ name }) => name.toLowerCase() !== 'content-range');
  return storableAs(request, 200, wholeHeaders, directives).kind === 'storable';
}

/** Records that a fill stores nothing. */
export function recordUnstored(
  { runtime, call, address, lease }: MissedRequest,
  result: Exclude<FillResult['kind'], 'recorded'>,
): void {
  runtime.release(lease, result === 'abandoned' ? 'unused' : 'unshareable');
  if (result === 'abandoned') return;
  runtime.singleFlight.markHitForMiss(address.key);
  if (result === 'unshareable' && requestOf(call).headers.range !== undefined) runtime.parts.recordUnstorable(address.key);
}
