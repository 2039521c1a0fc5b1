import { systemClock } from '../clock.js';
import { headersOfVaryBy } from '../config/vary-by.js';
import { requestOf } from '../controllers/action-call.js';
import { isPartial, totalLength } from '../http/content-range.js';
import { storability, type Storability } from '../http/storability.js';
import type { HeaderChange } from '../http/stored-response.js';
import type { Landing } from './flights.js';
import type { Miss } from './miss.js';
import type { ResponseControl } from './response-control.js';
import { statusesOf } from './statuses.js';
import { hasReadRange } from './watched-reads.js';

type Said = ResponseControl['said'] | undefined;

/** Whether a response may be stored, by its status and by the headers that its author has set. */
export function judged(miss: Miss, status: number, headers: readonly HeaderChange[], said: Said): Storability {
  // A partial response says that it is one. Another that was made of the range is no answer to requests with the same key.
  if (!isPartial(status) && hasReadRange(miss)) return { kind: 'unstorable', reason: 'the method read the header range' };
  return storableAs(miss, status, headers, said);
}

function storableAs(
  { engine, action, namesCaller }: Miss,
  status: number,
  headers: readonly HeaderChange[],
  said: Said,
): Storability {
  return storability(status, headers, {
    timeout: action.options.timeout ?? engine.config.defaultTimeout,
    ownTimeout: said?.timeout,
    statuses: statusesOf(action),
    keyedHeaders: keyedHeadersOf(engine, action),
    namesCaller,
    // The author dates `Expires` by the time of day.
    nowMs: systemClock.now(),
  });
}

function keyedHeadersOf({ config }: Miss['engine'], { keyedHeaders }: Miss['action']): ReadonlySet<string> {
  const named = headersOfVaryBy(config.varyBy);
  return named.length === 0 ? keyedHeaders : new Set([...keyedHeaders, ...named.map(name => name.toLowerCase())]);
}

/** The end of a computation whose response cannot be stored, by its status and by the headers that its author has set. */
export function landingOf(
  miss: Miss,
  status: number,
  headers: readonly HeaderChange[],
  said: Said,
): 'abandoned' | 'unshareable' | 'failed' {
  if (status >= 500) return 'failed';
  if (!isPartOfStorable(miss, status, headers, said)) return 'unshareable';
  miss.engine.parts.notePart(miss.address.key);
  // Of the requests that wait, one computes the whole.
  return 'abandoned';
}

function isPartOfStorable(miss: Miss, status: number, headers: readonly HeaderChange[], said: Said): boolean {
  const total = status === 206 ? totalLength(headers) : undefined;
  if (total === undefined || total > miss.engine.config.maxEntryBytes) return false;
  const ofTheWhole = headers.filter(({ name }) => name.toLowerCase() !== 'content-range');
  return storableAs(miss, 200, ofTheWhole, said).kind === 'storable';
}

/** Notes that nothing is stored of a computation. */
export function noteGivenUp({ engine, call, address, fence }: Miss, landing: Exclude<Landing['kind'], 'recorded'>): void {
  engine.release(fence, landing === 'abandoned' ? 'unused' : 'unshareable');
  if (landing === 'abandoned') return;
  engine.flights.noteUnshareable(address.key);
  if (landing === 'unshareable' && requestOf(call).headers.range !== undefined) engine.parts.noteUnstorable(address.key);
}
