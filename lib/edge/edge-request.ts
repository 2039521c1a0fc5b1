import { VariantRecorder } from '../http/variant-recorder.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';
import type { CachedRequest, ResponseTap } from '../serving/cached-request.js';
import { attachTap } from '../serving/response-tap.js';
import type { Address, Lease, MaybePromise } from '../stores/store.js';
import type { ParsedRequest } from './parsed-request.js';
import { VariantCapture } from './variant-capture.js';

/** Records the URL of a request as an alias of an address. */
export type LearnAlias = (parsed: ParsedRequest, request: CachedRequest, address: Address) => void;

/** A lease that the edge has acquired before the application looks the entry up. */
export interface PendingLease {
  readonly runtime: CacheRuntime;
  readonly address: Address;
  readonly lease: Lease;
}

/** A request that the edge has passed on to the application. */
export class EdgeRequest implements ResponseTap {
  private readonly recorder: VariantRecorder;

  constructor(
    private readonly parsed: ParsedRequest,
    private readonly learn: LearnAlias,
    private pending: PendingLease | undefined,
  ) {
    const { response } = parsed;
    attachTap(response, this);
    this.recorder = new VariantRecorder(response);
    if (pending === undefined) return;
    response.once('close', () => {
      this.releaseLease();
    });
  }

  learnAlias(request: CachedRequest, address: Address): void {
    this.learn(this.parsed, request, address);
  }

  captureHit(request: CachedRequest, address: Address): VariantCapture | undefined {
    const { pending } = this;
    if (pending?.runtime !== request.runtime || pending.address.key !== address.key) return undefined;
    this.pending = undefined;
    return this.capture(request, address, pending.lease);
  }

  captureFill(request: CachedRequest, address: Address): MaybePromise<VariantCapture | undefined> {
    const capture = (lease: Lease | undefined): VariantCapture | undefined => lease && this.capture(request, address, lease);
    const lease = request.runtime.lease(address);
    return lease instanceof Promise ? lease.then(capture) : capture(lease);
  }

  private capture(request: CachedRequest, address: Address, lease: Lease): VariantCapture {
    return new VariantCapture({ request, address, lease, selector: this.parsed, recorder: this.recorder });
  }

  private releaseLease(): void {
    this.pending?.runtime.release(this.pending.lease, 'unused');
    this.pending = undefined;
  }
}
