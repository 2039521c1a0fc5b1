import { nameOf, type ActionCall, pinnedCall, type PinnedCall } from '../actions/action-call.js';
import type { InvalidatingAction } from '../actions/invalidating-action.js';
import type { Targets } from '../stores/store.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';

/** All that can be invalidated. */
export const EVERYTHING: Targets = { prefixes: ['/'] };

/** A call that changes data, and what it invalidates as far as that is known without a result. */
export interface DescribedChange {
  readonly action: Pick<InvalidatingAction, 'name' | 'writesResponse' | 'targetsOf'>;
  readonly call: PinnedCall;
  readonly known: Targets;
}

/** Describes a change before its method runs. If that fails, the method runs all the same, and everything is invalidated. */
export function describedChange(runtime: CacheRuntime, describe: () => InvalidatingAction, call: ActionCall): DescribedChange {
  try {
    const action = describe();
    const pinned = pinnedCall(call);
    return { action, call: pinned, known: action.knownTargets(pinned) };
  } catch (error) {
    const name = nameOf(call);
    runtime.faults.report('CACHE_FAILED', `${name}: the cache failed, so the change invalidates everything`, error);
    return {
      action: { name, writesResponse: true, targetsOf: () => EVERYTHING },
      call: { ...call, unpinned: call.action },
      known: EVERYTHING,
    };
  }
}
