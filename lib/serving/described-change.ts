import { nameOf, type ActionCall } from '../controllers/action-call.js';
import type { ChangingAction } from '../controllers/changing-action.js';
import { pinnedCall, type PinnedCall } from '../controllers/pinned-call.js';
import type { Targets } from '../stores/store.js';
import type { Engine } from './engine.js';

/** All that can be invalidated. */
export const EVERYTHING: Targets = { prefixes: ['/'] };

/** A call that changes data, and what it invalidates as far as that is known without a result. */
export interface DescribedChange {
  readonly action: Pick<ChangingAction, 'name' | 'seesResponse' | 'targetsOf'>;
  readonly call: PinnedCall;
  readonly known: Targets;
}

/** Describes a change before its method runs. If that fails, the method runs all the same, and everything is invalidated. */
export function describedChange(engine: Engine, describe: () => ChangingAction, call: ActionCall): DescribedChange {
  try {
    const action = describe();
    const pinned = pinnedCall(call);
    return { action, call: pinned, known: action.targetsBefore(pinned) };
  } catch (error) {
    const name = nameOf(call);
    engine.faults.report('CACHE_FAILED', `${name}: the cache failed, so the change invalidates everything`, error);
    return {
      action: { name, seesResponse: true, targetsOf: () => EVERYTHING },
      call: { ...call, unpinned: call.action },
      known: EVERYTHING,
    };
  }
}
