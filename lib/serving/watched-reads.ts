import { variedBy } from '../options/vary-by.js';
import { requestOf, responseOf } from '../actions/action-call.js';
import { noticeRedirectBack } from '../http/redirect-back.js';
import { CoveredReads } from '../reads/covered-reads.js';
import { declarationFor, describeRead, type Read } from '../reads/read.js';
import { ReadWatch } from '../reads/read-watch.js';
import type { MissedRequest } from './cached-request.js';
import { REASONS } from '../runtime/outcome-text.js';

const rangeReaders = new WeakSet<MissedRequest>();

/**
 * Watches a computation for reads of what its key does not cover.
 *
 * @param onUncovered gets the reason for which the response may not be stored
 * @param onFault gets an error of the watch, which the method is not to see
 * @returns `undefined` if no code of the application sees request or response
 */
export function watchReads(
  request: MissedRequest,
  onUncovered: (why: string) => void,
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
    const who = declaredReads.isByMethod ? 'the method' : 'an interceptor';
    if (!learn(request, read)) advise(request, `${who} reads ${describeRead(read)}`, declarationFor(read));
    onUncovered(`${who} read ${describeRead(read)}`);
  };
  const watch = new ReadWatch(requestOf(call), responseOf(call), declaredReads, read => {
    try {
      onRead(read);
    } catch (error) {
      onFault(error);
    }
  });
  const { varyBy } = runtime.config;
  if (varyBy !== undefined) covered.add(watch.readsOf(() => variedBy(varyBy, call.action)));
  // Something cannot be watched, and counts as read.
  if (uncovered.length > 0) watch.end();
  const { next } = call.action;
  call.action.next = (error?: unknown) => watch.passOn(() => next?.(error) as unknown);
  return watch;
}

/** Whether the code has read the range that the request asks for. */
export function hasReadRange(request: MissedRequest): boolean {
  return rangeReaders.has(request);
}

/** A template sees `response.locals` whole: from now on it is in the key, as with `@Render`. */
function learn({ action }: MissedRequest, read: Read): boolean {
  if (read.kind !== 'locals' || action.options.edge === true) return false;
  action.rendersLocals = true;
  return true;
}

function advise({ runtime, action: { name } }: MissedRequest, what: string, declaration: string | undefined): void {
  const remedy = declaration === undefined ? 'Write' : `Declare ${declaration}, or write`;
  runtime.faults.warnAboutUse(
    `${name} reads`,
    `${name}: ${what}, which the key does not cover, so the response is not stored. ${remedy} varyBy or makeCacheKey.`,
  );
}
