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
import { warnAboutMany } from '../runtime/computation.js';
import { computedTags, withoutKnown } from '../runtime/computed-tags.js';
import { underivedReason, withoutMarks } from '../runtime/table-tags.js';
import { DERIVED } from '../options/cached-options.js';

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
function passesFilter(runtime: CacheRuntime, { name, options }: CachedAction, response: StoredResponse): boolean {
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
export function createEntry(request: MissedRequest, recorded: Recorded): Entry | string {
  const { runtime, action, call } = request;
  const { head, body } = recorded;
  const directives = ResponseControl.of(responseOf(call))?.directives;
  if (directives?.isStored === false) return NO_STORE_BY_CONTROL;
  const length = headerText(head.headers, 'content-length');
  if (length !== undefined && Number(length) !== body.length) return 'its body was cut off';

  const response = storedResponse(head, body, recorded);
  if (!passesFilter(runtime, action, response)) return 'responseFilter';
  const tags = responseTags(request, recorded.result, directives?.tags);
  if (typeof tags === 'string') return tags;
  const storedAtMs = runtime.clock.now();
  const expiresAtMs =
    storedAtMs + (directives?.timeout === undefined ? recorded.lifetimeMs : lifetimeOf(directives.timeout) * 1000);
  return {
    response,
    storedAtMs,
    expiresAtMs,
    deleteAtMs: deleteAt(expiresAtMs, staleWindows(action.options, head.headers)),
    tags,
  };
}

const NO_TAGS: readonly string[] = [];

/** Finds the reason why a response with derived tags may not be stored, by the reads so far. @returns undefined if there is none */
export function underivedResponse(request: MissedRequest): string | undefined {
  const { runtime, action, computation } = request;
  if (action.options.tags !== DERIVED) return undefined;
  const dependencies = runtime.computations.dependenciesOf(computation);
  return dependencies.kind === 'unknown' ? dependencies.reason : underivedBy(request, dependencies.tags);
}

/** Finds the reason why a response with derived tags may not be stored, by the tags of its computation. */
function underivedBy({ runtime, action }: MissedRequest, tags: readonly string[]): string | undefined {
  return action.options.tags === DERIVED ? underivedReason(tags, runtime.computations.isFollowing) : undefined;
}

/**
 * Returns the tags that a response has in addition to those of its action: by the `tags` option, by `cacheControl`, and by its
 * dependencies.
 *
 * @param directed the tags of `cacheControl`
 * @returns a text with the reason why the response may not be stored: no invalidation of some tag could reach it
 */
function responseTags(request: MissedRequest, result: unknown, directed = NO_TAGS): readonly string[] | string {
  const { runtime, action, call, address, computation } = request;
  const { name, options, tagForecast } = action;
  const compute = options.tags;
  const optional =
    typeof compute === 'function'
      ? computedTags(runtime.faults, `${name}: tags failed, so the response is not stored`, () => compute(result, call.action))
      : NO_TAGS;
  if (optional === undefined) return 'tags failed';
  const dependencies = runtime.computations.dependenciesOf(computation);
  if (dependencies.kind === 'unknown') return dependencies.reason;
  warnAboutMany(runtime.faults, name, dependencies);
  const underived = underivedBy(request, dependencies.tags);
  if (underived !== undefined) return underived;
  const dependent = withoutMarks(dependencies.tags);
  const isUntagged = optional.length + directed.length + dependent.length === 0;
  const tags = isUntagged ? NO_TAGS : withoutKnown([...optional, ...directed, ...dependent], address.tags);
  tagForecast.record(tags.length > 0);
  // A lease that expects no tags cannot detect that one of them was invalidated during the fill.
  return tags.length > 0 && address.hasComputedTags !== true ? 'it is the first of its action that has tags of its own' : tags;
}
