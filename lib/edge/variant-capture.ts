import type { CachedAction } from '../actions/cached-action.js';
import { createVariant, withVariant, type Variant, type VariantSelector } from '../http/variant.js';
import type { VariantRecorder } from '../http/variant-recorder.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';
import type { Address, Entry, Lease } from '../stores/store.js';

/** Puts what goes out for a response into the response's entry, under a fence of its own: compressed bytes may come after the entry. */
export class VariantCapture {
  private entry: Entry | undefined;
  private state: 'recording' | 'recorded' | 'over' = 'recording';

  /** @param lease taken before the response was looked up, or computed */
  constructor(
    private readonly runtime: CacheRuntime,
    private readonly action: CachedAction,
    private readonly address: Address,
    private readonly lease: Lease,
    private readonly question: VariantSelector,
    private readonly recorder: VariantRecorder,
  ) {
    recorder.start(runtime.config.maxEntryBytes, () => {
      if (this.state === 'recording') this.state = 'recorded';
      this.settle();
    });
  }

  /** The entry with what went out for it, where all of it has by now. */
  withVariant(entry: Entry): Entry {
    const variant = this.state === 'recorded' ? this.wireOf(entry) : undefined;
    if (variant === undefined) return entry;
    this.abandon();
    return { ...entry, variants: withVariant(entry.variants, variant) };
  }

  /** What goes out, or has gone out, was made of this entry, which is in the store. `undefined`: it is not, so there is nothing to keep. */
  attachTo(entry: Entry | undefined): void {
    if (entry === undefined) return this.abandon();
    this.entry = entry;
    this.settle();
  }

  abandon(): void {
    if (this.state === 'over') return;
    this.state = 'over';
    this.runtime.release(this.lease, 'unused');
  }

  private settle(): void {
    if (this.state !== 'recorded' || this.entry === undefined) return;
    const variant = this.wireOf(this.entry);
    if (variant === undefined) return this.abandon();
    this.state = 'over';
    void this.runtime.saveVariant(
      this.address,
      { ...this.entry, variants: withVariant(this.entry.variants, variant) },
      this.lease,
    );
  }

  private wireOf({ response }: Entry): Variant | undefined {
    const { sent } = this.recorder;
    const { cacheName } = this.runtime;
    return sent && createVariant(sent, this.question, response, { keyedHeaders: this.action.keyedHeaders, cacheName });
  }
}
