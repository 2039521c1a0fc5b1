import { headerText } from '../http/header-changes.js';
import { storedResponse } from '../http/recorded-response.js';
import type { RecordedHead } from '../http/response-recorder.js';
import { responseOf } from '../controllers/action-call.js';
import { lifetimeOf } from '../lifetime.js';
import type { Entry } from '../stores/store.js';
import { staleWindows, deleteAt } from './grace.js';
import type { CachedRequest } from './miss.js';
import { ResponseControl } from './response-control.js';
import { passesFilter } from './response-filter.js';
import { responseTags } from './response-tags.js';

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
export function createEntry({ runtime, action, address, call }: CachedRequest, recorded: Recorded): Entry | string {
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
