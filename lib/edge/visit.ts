import type { ServerResponse } from 'node:http';
import type { CachedAction } from '../controllers/cached-action.js';
import { WireRecorder } from '../http/wire-recorder.js';
import type { Engine } from '../serving/engine.js';
import type { Address, Lease, MaybePromise } from '../stores/store.js';
import type { Question } from './question.js';
import { WireKeeper } from './wire-keeper.js';

const VISIT = Symbol('visit');
type Visited = ServerResponse & { [VISIT]?: Visit };

/** Told where a request has led. */
export type Learn = (engine: Engine, action: CachedAction, question: Question, address: Address) => void;

/** A fence that the edge has taken, so that what goes out for an entry that is found later may be kept. */
export interface HeldFence {
  readonly engine: Engine;
  readonly address: Address;
  readonly fence: Lease;
}

/** A request that has come through the edge, on its way through the application. */
export class Visit {
  private readonly recorder: WireRecorder;

  constructor(
    private readonly question: Question,
    private readonly learn: Learn,
    private held: HeldFence | undefined,
  ) {
    const { response } = question;
    (response as Visited)[VISIT] = this;
    this.recorder = new WireRecorder(response);
    if (held === undefined) return;
    response.once('close', () => {
      this.letGo();
    });
  }

  /** @returns `undefined` where an action's requests have nothing to do with the edge */
  static of(engine: Engine, action: CachedAction, response: ServerResponse): Visit | undefined {
    if (action.options.edge !== true) return undefined;
    if (engine.config.varyBy === undefined) return (response as Visited)[VISIT];
    const remedy =
      'edge: true has no effect where cache.configure has a varyBy, which can only be asked behind Express. Leave one out.';
    engine.faults.advise(`${action.name} edge`, `${action.name}: ${remedy}`);
    return undefined;
  }

  /** The action has told the request's address. */
  leadsTo(engine: Engine, action: CachedAction, address: Address): void {
    this.learn(engine, action, this.question, address);
  }

  /** Keeps what goes out from now on for an entry that is looked up from now on. @returns `undefined` where the edge has no fence for it */
  keepHit(engine: Engine, action: CachedAction, address: Address): WireKeeper | undefined {
    const { held } = this;
    if (held?.engine !== engine || held.address.key !== address.key) return undefined;
    this.held = undefined;
    return this.keep(engine, action, address, held.fence);
  }

  /** Keeps what goes out from now on for a response that is computed from now on. */
  keepComputed(engine: Engine, action: CachedAction, address: Address): MaybePromise<WireKeeper | undefined> {
    const keep = (lease: Lease | undefined): WireKeeper | undefined => lease && this.keep(engine, action, address, lease);
    const lease = engine.begin(address);
    return lease instanceof Promise ? lease.then(keep) : keep(lease);
  }

  private keep(engine: Engine, action: CachedAction, address: Address, lease: Lease): WireKeeper {
    return new WireKeeper(engine, action, address, lease, this.question, this.recorder);
  }

  private letGo(): void {
    this.held?.engine.release(this.held.fence, 'unused');
    this.held = undefined;
  }
}
