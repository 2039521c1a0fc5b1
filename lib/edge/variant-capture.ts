import { createVariant, withVariant, type Variant, type VariantSelector } from '../http/variant.js';
import type { VariantRecorder } from '../http/variant-recorder.js';
import type { CachedRequest, ResponseCapture } from '../serving/cached-request.js';
import type { Address, Entry, Lease } from '../stores/store.js';

/** The response that a capture records. */
export interface CapturedResponse {
  readonly request: CachedRequest;
  readonly address: Address;
  /** The lease of the capture, older than the look-up or the computation of the response. */
  readonly lease: Lease;
  readonly selector: VariantSelector;
  readonly recorder: VariantRecorder;
}

/** Adds the bytes of a response to its entry. It has its own lease, since compressed bytes may come after the entry is stored. */
export class VariantCapture implements ResponseCapture {
  private entry: Entry | undefined;
  private state: 'recording' | 'recorded' | 'over' = 'recording';

  constructor(private readonly captured: CapturedResponse) {
    const { recorder, request } = captured;
    recorder.start(request.runtime.config.maxEntryBytes, () => {
      if (this.state === 'recording') this.state = 'recorded';
      this.save();
    });
  }

  withVariant(entry: Entry): Entry {
    const variant = this.state === 'recorded' ? this.variantOf(entry) : undefined;
    if (variant === undefined) return entry;
    this.abandon();
    return { ...entry, variants: withVariant(entry.variants, variant) };
  }

  attachTo(entry: Entry | undefined): void {
    if (entry === undefined) return this.abandon();
    this.entry = entry;
    this.save();
  }

  abandon(): void {
    if (this.state === 'over') return;
    this.state = 'over';
    this.captured.request.runtime.release(this.captured.lease, 'unused');
  }

  private save(): void {
    const { entry } = this;
    if (this.state !== 'recorded' || entry === undefined) return;
    const variant = this.variantOf(entry);
    if (variant === undefined) return this.abandon();
    this.state = 'over';
    const { request, address, lease } = this.captured;
    void request.runtime.saveVariant(address, { ...entry, variants: withVariant(entry.variants, variant) }, lease);
  }

  private variantOf({ response }: Entry): Variant | undefined {
    const { request, selector, recorder } = this.captured;
    const { cacheName } = request.runtime;
    const rules = { keyedHeaders: request.action.keyedHeaders, cacheName };
    return recorder.sent && createVariant(recorder.sent, selector, response, rules);
  }
}
