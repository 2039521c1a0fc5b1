import { variedBy } from '../options/vary-by.js';
import { requestOf, responseOf } from '../actions/action-call.js';
import { noticeRedirectBack } from '../http/redirect-back.js';
import { CoveredReads } from '../reads/covered-reads.js';
import { adviceOn, describeRead, type Read } from '../reads/read.js';
import { ReadWatch } from '../reads/read-watch.js';
import type { MissedRequest } from './cached-request.js';
import { REASONS } from '../runtime/outcome-text.js';

const rangeReaders = new WeakSet<MissedRequest>();

/**
 * Watches a fill for reads of inputs that its key does not cover.
 *
 * @param onUncovered called with the reason why the response may not be stored
 * @param onFault called with an error of the watch, which must not reach the method
 * @returns undefined if no application code has access to request or response
 */
export function watchReads(
  request: MissedRequest,
  onUncovered: (reason: string) => void,
  onFault: (error: unknown) => void,
): ReadWatch | undefined {
  const { runtime, action, call } = request;
  const { declaredReads } = action;
  if (declaredReads === undefined) {
    if (action.redirects) {
      noticeRedirectBack(responseOf(call), () => {
        onUncovered(REASONS.goesBack);
      });
    }
    return undefined;
  }
  const covered = new CoveredReads(declaredReads, call.args, action.rendersLocals);
  const uncovered: Read[] = [];
  const onRead = (read: Read): void => {
    if (uncovered.length > 0 || covered.has(read)) {
      if (covered.hasReadRange) rangeReaders.add(request);
      return;
    }
    uncovered.push(read);
    const reader = declaredReads.isByMethod ? 'the method' : 'an interceptor';
    if (!addLocalsToKey(request, read)) runtime.faults.warnAboutRead(action.name, adviceOn(reader, read));
    onUncovered(`${reader} read ${describeRead(read)}`);
  };
  const watch = new ReadWatch(
    requestOf(call),
    responseOf(call),
    declaredReads,
    read => {
      try {
        onRead(read);
      } catch (error) {
        onFault(error);
      }
    },
    onFault,
  );
  const { varyBy } = runtime.config;
  if (varyBy !== undefined) covered.add(watch.readsOf(() => variedBy(varyBy, call.action)));
  // An input that cannot be watched counts as read.
  if (uncovered.length > 0) watch.end();
  const { next } = call.action;
  call.action.next = (error?: unknown) => watch.passOn(() => next?.(error) as unknown);
  return watch;
}

/** Tests whether application code has read the requested range. */
export function hasReadRange(request: MissedRequest): boolean {
  return rangeReaders.has(request);
}

/** Adds `response.locals` to the key from now on, as for `@Render`, because a template can read all of it. */
function addLocalsToKey({ action }: MissedRequest, read: Read): boolean {
  if (read.kind !== 'locals' || action.options.edge === true) return false;
  action.rendersLocals = true;
  return true;
}
