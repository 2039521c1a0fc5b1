import { systemClock } from '../time/clock.js';
import { headersOfVaryBy } from '../options/vary-by.js';
import { requestOf } from '../actions/action-call.js';
import { isPartial, totalLength } from '../http/content-range.js';
import { storability, type Storability } from '../http/storability.js';
import type { HeaderChange } from '../http/stored-response.js';
import type { FillResult } from '../runtime/single-flight.js';
import type { MissedRequest } from './cached-request.js';
import type { ResponseControl } from './response-control.js';
import { statusesOf } from '../actions/cached-action.js';
import { hasReadRange } from './watched-reads.js';

type Said = ResponseControl['directives'] | undefined;

/** Whether a response may be stored, by its status and by the headers that its author has set. */
export function checkedStorability(
  request: MissedRequest,
  status: number,
  headers: readonly HeaderChange[],
  said: Said,
): Storability {
  // A partial response says that it is one. Another that was made of the range is no answer to requests with the same key.
  if (!isPartial(status) && hasReadRange(request)) return { kind: 'unstorable', reason: 'the method read the header range' };
  return storableAs(request, status, headers, said);
}

function storableAs(
  { runtime, action, isPerUser }: MissedRequest,
  status: number,
  headers: readonly HeaderChange[],
  said: Said,
): Storability {
  return storability(status, headers, {
    timeout: action.options.timeout ?? runtime.config.defaultTimeout,
    ownTimeout: said?.timeout,
    statuses: statusesOf(action),
    keyedHeaders: keyedHeadersOf(runtime, action),
    isPerUser,
    // The author dates `Expires` by the time of day.
    nowMs: systemClock.now(),
  });
}

function keyedHeadersOf({ config }: MissedRequest['runtime'], { keyedHeaders }: MissedRequest['action']): ReadonlySet<string> {
  const named = headersOfVaryBy(config.varyBy);
  return named.length === 0 ? keyedHeaders : new Set([...keyedHeaders, ...named.map(name => name.toLowerCase())]);
}

/** The end of a computation whose response cannot be stored, by its status and by the headers that its author has set. */
export function unstoredResult(
  request: MissedRequest,
  status: number,
  headers: readonly HeaderChange[],
  said: Said,
): 'abandoned' | 'unshareable' | 'failed' {
  if (status >= 500) return 'failed';
  if (!isPartOfStorable(request, status, headers, said)) return 'unshareable';
  request.runtime.parts.recordPart(request.address.key);
  // Of the requests that wait, one computes the whole.
  return 'abandoned';
}

function isPartOfStorable(request: MissedRequest, status: number, headers: readonly HeaderChange[], said: Said): boolean {
  const total = status === 206 ? totalLength(headers) : undefined;
  if (total === undefined || total > request.runtime.config.maxEntryBytes) return false;
  const ofTheWhole = headers.filter(({ name }) => name.toLowerCase() !== 'content-range');
  return storableAs(request, 200, ofTheWhole, said).kind === 'storable';
}

/** Notes that nothing is stored of a computation. */
export function recordUnstored(
  { runtime, call, address, lease }: MissedRequest,
  result: Exclude<FillResult['kind'], 'recorded'>,
): void {
  runtime.release(lease, result === 'abandoned' ? 'unused' : 'unshareable');
  if (result === 'abandoned') return;
  runtime.singleFlight.markHitForMiss(address.key);
  if (result === 'unshareable' && requestOf(call).headers.range !== undefined) runtime.parts.recordUnstorable(address.key);
}
