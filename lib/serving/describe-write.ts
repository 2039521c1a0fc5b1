import { nameOf, type ActionCall, pinnedCall, type PinnedCall } from '../actions/action-call.js';
import type { InvalidatingAction } from '../actions/invalidating-action.js';
import type { Targets } from '../stores/store.js';
import { EVERYTHING } from '../stores/targets.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';
import { reportWriteFault } from './unserved-write.js';

/** A write of an action, and the targets that it invalidates. */
export interface WriteDescription {
  readonly action: Pick<InvalidatingAction, 'name' | 'writesResponse' | 'targetsOf' | 'settle'>;
  readonly call: PinnedCall;
  /** The targets that do not need the method's result. */
  readonly knownTargets: Targets;
}

/**
 * Describes a write before its method runs. If the description fails, the method runs nevertheless, and the write invalidates
 * everything.
 */
export function describeWrite(runtime: CacheRuntime, describe: () => InvalidatingAction, call: ActionCall): WriteDescription {
  try {
    const action = describe();
    const pinned = pinnedCall(call);
    return { action, call: pinned, knownTargets: action.knownTargets(pinned) };
  } catch (error) {
    const name = nameOf(call);
    reportWriteFault(runtime, name, error);
    return {
      action: { name, writesResponse: true, targetsOf: () => EVERYTHING, settle: 0 },
      call: { ...call, unpinned: call.action },
      knownTargets: EVERYTHING,
    };
  }
}

/** Returns the targets after the method. If they cannot be computed, they are everything. @param result the result of the method */
export function targetsAfter(
  runtime: CacheRuntime,
  action: WriteDescription['action'],
  call: PinnedCall,
  result: unknown,
): Targets {
  try {
    return action.targetsOf(call, result);
  } catch (error) {
    // The data has changed. Without targets, any stored entry may be stale.
    runtime.faults.report(
      'CACHE_TARGET_FAILED',
      `${action.name}: the target of @InvalidatesCache failed, so everything is invalidated`,
      error,
    );
    return EVERYTHING;
  }
}
