import type { ActionCall } from '../controllers/action-call.js';
import type { CachedAction } from '../controllers/cached-action.js';
import type { Visit } from '../edge/visit.js';
import type { Address, Fence } from '../stores/store.js';
import type { Engine } from './engine.js';

/** A request that no entry answers: what a computation is for. */
export interface Miss {
  readonly engine: Engine;
  readonly action: CachedAction;
  readonly call: ActionCall;
  readonly address: Address;
  readonly namesCaller: boolean;
  /** Taken before the computation: what is invalidated from then on keeps it out of the store. */
  readonly fence: Fence;
  /** Where the request has come through the edge, and hits of the action may be answered there. */
  readonly visit: Visit | undefined;
}
