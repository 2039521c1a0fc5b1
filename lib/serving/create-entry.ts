import type { Action } from '../options/action.js';
import type { ServerResponse } from 'node:http';
import etag from 'etag';
import { headerText, storableHeaders } from '../http/headers.js';
import type { RecordedHead } from '../http/response-recorder.js';
import type { StoredResponse } from '../http/stored-response.js';
import type { CachedAction } from '../actions/cached-action.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';
import { responseOf } from '../actions/action-call.js';
import { lifetimeOf } from '../time/clock.js';
import type { Entry } from '../stores/store.js';
import { staleWindows, deleteAt } from './stale-windows.js';
import type { MissedRequest } from './cached-request.js';
import { ResponseControl } from './response-control.js';
import { computedTags } from '../runtime/computed-tags.js';

/** Gives a response whose body is known an `ETag`, unless it has one. */
export function identify(response: ServerResponse, { status, wholeBody }: RecordedHead): void {
  if (wholeBody === undefined || status === 204 || response.hasHeader('etag')) return;
  response.setHeader('ETag', etag(wholeBody, { weak: true }));
}

/** What is kept of a recorded response, with an `ETag` where the handler and Express gave none. */
export function storedResponse(
  { status, statusMessage, headers: recorded, wholeBody }: RecordedHead,
  body: Buffer,
  { callsNext }: Pick<StoredResponse, 'callsNext'>,
): StoredResponse {
  const headers = storableHeaders(recorded);
  if (status !== 204 && headerText(headers, 'etag') === undefined) {
    headers.push({ kind: 'set', name: 'ETag', value: etag(body, { weak: true }) });
  }
  return { status, statusMessage, headers, body, isStreamed: wholeBody === undefined, callsNext };
}

/** Whether the action's `responseFilter` lets a response be kept. One that throws keeps nothing. */
export function passesFilter(runtime: CacheRuntime, { name, options }: CachedAction, response: StoredResponse): boolean {
  const { responseFilter } = options;
  if (responseFilter === undefined) return true;
  const headers = Object.fromEntries(
    response.headers.flatMap(header => {
      if (header.kind === 'remove') return [];
      return [[header.name.toLowerCase(), header.kind === 'set' ? header.value : header.values]];
    }),
  ) as Record<string, string | readonly string[]>;
  try {
    // A copy, so that a filter that changes it changes nothing that is kept.
    return responseFilter({ status: response.status, headers, body: Buffer.from(response.body) });
  } catch (error) {
    runtime.faults.report('CACHE_OPTION_FAILED', `${name}: responseFilter threw, so the response is not stored`, error);
    return false;
  }
}

export const NO_STORE_BY_CONTROL = 'by cacheControl';

/** A response that has been recorded whole. */
export interface Recorded {
  readonly head: RecordedHead;
  readonly body: Buffer;
  /** Milliseconds, by its head. */
  readonly lifetimeMs: number;
  /** What the method returned, where that is known. */
  readonly result: unknown;
  /** Whether routing-controllers went on to the after-middlewares. */
  readonly callsNext: boolean;
}

/** The entry to be kept of a response, or why there is none. */
export function createEntry({ runtime, action, address, call }: MissedRequest, recorded: Recorded): Entry | string {
  const { head, body } = recorded;
  const said = ResponseControl.of(responseOf(call))?.directives;
  if (said?.isStored === false) return NO_STORE_BY_CONTROL;
  const length = headerText(head.headers, 'content-length');
  if (length !== undefined && Number(length) !== body.length) return 'its body was cut off';

  const response = storedResponse(head, body, recorded);
  if (!passesFilter(runtime, action, response)) return 'responseFilter';
  const brought = responseTags(runtime, action, recorded.result, call.action);
  if (brought === undefined) return 'tags failed';
  if (said !== undefined && said.tags.length > 0 && address.hasComputedTags !== true) {
    // Whether one of its tags was invalidated while it was computed can only be told where tags were expected.
    action.hasComputedTags = true;
    return 'it is the first of its action that has tags of its own';
  }
  const storedAtMs = runtime.clock.now();
  const expiresAtMs = storedAtMs + (said?.timeout === undefined ? recorded.lifetimeMs : lifetimeOf(said.timeout) * 1000);
  return {
    response,
    storedAtMs,
    expiresAtMs,
    deleteAtMs: deleteAt(expiresAtMs, staleWindows(action.options, head.headers)),
    tags: said === undefined ? brought : [...new Set([...brought, ...said.tags])],
  };
}

const NO_TAGS: readonly string[] = [];

/** The tags that a response has brought. @returns `undefined` where the action's `tags` failed, so that nothing could invalidate it */
function responseTags(
  { faults }: CacheRuntime,
  { name, options }: CachedAction,
  result: unknown,
  action: Action,
): readonly string[] | undefined {
  const { tags } = options;
  return typeof tags === 'function'
    ? computedTags(faults, `${name}: tags failed, so the response is not stored`, () => tags(result, action))
    : NO_TAGS;
}
