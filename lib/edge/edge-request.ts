import type { ServerResponse } from 'node:http';
import type { CachedAction } from '../actions/cached-action.js';
import { VariantRecorder } from '../http/variant-recorder.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';
import type { Address, Lease, MaybePromise } from '../stores/store.js';
import type { ParsedRequest } from './parsed-request.js';
import { VariantCapture } from './variant-capture.js';

const VISIT = Symbol('visit');
type Visited = ServerResponse & { [VISIT]?: EdgeRequest };

/** Told where a request has led. */
export type Learn = (runtime: CacheRuntime, action: CachedAction, question: ParsedRequest, address: Address) => void;

/** A fence that the edge has taken, so that what goes out for an entry that is found later may be kept. */
export interface PendingLease {
  readonly runtime: CacheRuntime;
  readonly address: Address;
  readonly lease: Lease;
}

/** A request that has come through the edge, on its way through the application. */
export class EdgeRequest {
  private readonly recorder: VariantRecorder;

  constructor(
    private readonly question: ParsedRequest,
    private readonly learn: Learn,
    private held: PendingLease | undefined,
  ) {
    const { response } = question;
    (response as Visited)[VISIT] = this;
    this.recorder = new VariantRecorder(response);
    if (held === undefined) return;
    response.once('close', () => {
      this.letGo();
    });
  }

  /** @returns `undefined` where an action's requests have nothing to do with the edge */
  static of(runtime: CacheRuntime, action: CachedAction, response: ServerResponse): EdgeRequest | undefined {
    if (action.options.edge !== true) return undefined;
    if (runtime.config.varyBy === undefined) return (response as Visited)[VISIT];
    const remedy =
      'edge: true has no effect where cache.configure has a varyBy, which can only be asked behind Express. Leave one out.';
    runtime.faults.warnAboutUse(`${action.name} edge`, `${action.name}: ${remedy}`);
    return undefined;
  }

  /** The action has told the request's address. */
  learnAlias(runtime: CacheRuntime, action: CachedAction, address: Address): void {
    this.learn(runtime, action, this.question, address);
  }

  /** Keeps what goes out from now on for an entry that is looked up from now on. @returns `undefined` where the edge has no fence for it */
  captureHit(runtime: CacheRuntime, action: CachedAction, address: Address): VariantCapture | undefined {
    const { held } = this;
    if (held?.runtime !== runtime || held.address.key !== address.key) return undefined;
    this.held = undefined;
    return this.keep(runtime, action, address, held.lease);
  }

  /** Keeps what goes out from now on for a response that is computed from now on. */
  captureFill(runtime: CacheRuntime, action: CachedAction, address: Address): MaybePromise<VariantCapture | undefined> {
    const keep = (lease: Lease | undefined): VariantCapture | undefined => lease && this.keep(runtime, action, address, lease);
    const lease = runtime.lease(address);
    return lease instanceof Promise ? lease.then(keep) : keep(lease);
  }

  private keep(runtime: CacheRuntime, action: CachedAction, address: Address, lease: Lease): VariantCapture {
    return new VariantCapture(runtime, action, address, lease, this.question, this.recorder);
  }

  private letGo(): void {
    this.held?.runtime.release(this.held.lease, 'unused');
    this.held = undefined;
  }
}
