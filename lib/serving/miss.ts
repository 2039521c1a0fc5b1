import type { ActionCall } from '../controllers/action-call.js';
import type { CachedAction } from '../controllers/cached-action.js';
import type { Visit } from '../edge/visit.js';
import type { Address, Lease } from '../stores/store.js';
import type { Engine } from './engine.js';
import type { Landing } from './flights.js';

/** Says how a request ends whose computation does not say it itself. */
export interface MissTeller {
  /** Nothing is kept. @param cause what the method has thrown */
  onGivenUp(landing: Exclude<Landing['kind'], 'recorded'>, why: string, cause: unknown): void;
}

/** A request that no entry answers: what a computation is for. */
export interface Miss {
  readonly engine: Engine;
  readonly action: CachedAction;
  readonly call: ActionCall;
  readonly address: Address;
  readonly namesCaller: boolean;
  /** Taken before the computation: what is invalidated from then on keeps it out of the store. */
  readonly fence: Lease;
  /** Where the request has come through the edge, and hits of the action may be answered there. */
  readonly visit: Visit | undefined;
  /** Default: the computation itself. */
  readonly teller?: MissTeller | undefined;
  /** Whether what has expired may be answered where the computation fails. */
  readonly hasLastResort: boolean;
}
