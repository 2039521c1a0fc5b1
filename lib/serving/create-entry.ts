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

/** Adds an `ETag` to a response whose whole body is known, unless the response has one. */
export function identify(response: ServerResponse, { status, wholeBody }: RecordedHead): void {
  if (wholeBody === undefined || status === 204 || response.hasHeader('etag')) return;
  response.setHeader('ETag', etag(wholeBody, { weak: true }));
}

/** Converts a recorded response for the store. Adds an `ETag` if the handler and Express set none. */
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

/** Asks the action's `responseFilter` whether a response may be stored. If the filter throws, the response is not stored. */
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
    // A copy, because a filter may modify the bytes.
    return responseFilter({ status: response.status, headers, body: Buffer.from(response.body) });
  } catch (error) {
    runtime.faults.report('CACHE_OPTION_FAILED', `${name}: responseFilter threw, so the response is not stored`, error);
    return false;
  }
}

export const NO_STORE_BY_CONTROL = 'by cacheControl';

/** A completely recorded response. */
export interface Recorded {
  readonly head: RecordedHead;
  readonly body: Buffer;
  /** The lifetime by the headers, in milliseconds. */
  readonly lifetimeMs: number;
  /** The method's result. Undefined if the method ended the response itself. */
  readonly result: unknown;
  /** True if routing-controllers called the after-middlewares. */
  readonly callsNext: boolean;
}

/** Creates the entry of a response. @returns a text with the reason if there is none */
export function createEntry({ runtime, action, address, call }: MissedRequest, recorded: Recorded): Entry | string {
  const { head, body } = recorded;
  const directives = ResponseControl.of(responseOf(call))?.directives;
  if (directives?.isStored === false) return NO_STORE_BY_CONTROL;
  const length = headerText(head.headers, 'content-length');
  if (length !== undefined && Number(length) !== body.length) return 'its body was cut off';

  const response = storedResponse(head, body, recorded);
  if (!passesFilter(runtime, action, response)) return 'responseFilter';
  const tags = responseTags(runtime, action, recorded.result, call.action);
  if (tags === undefined) return 'tags failed';
  if (directives !== undefined && directives.tags.length > 0 && address.hasComputedTags !== true) {
    // A lease without computed tags cannot detect that one of them was invalidated during the fill.
    action.hasComputedTags = true;
    return 'it is the first of its action that has tags of its own';
  }
  const storedAtMs = runtime.clock.now();
  const expiresAtMs =
    storedAtMs + (directives?.timeout === undefined ? recorded.lifetimeMs : lifetimeOf(directives.timeout) * 1000);
  return {
    response,
    storedAtMs,
    expiresAtMs,
    deleteAtMs: deleteAt(expiresAtMs, staleWindows(action.options, head.headers)),
    tags: directives === undefined ? tags : [...new Set([...tags, ...directives.tags])],
  };
}

const NO_TAGS: readonly string[] = [];

/**
 * Computes the tags of a response.
 *
 * @returns undefined if the action's `tags` failed: without them, no invalidation could reach it
 */
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
