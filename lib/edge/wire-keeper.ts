import type { CachedAction } from '../controllers/cached-action.js';
import { wireOf, withWire, type Wire, type WireQuestion } from '../http/wire.js';
import type { WireRecorder } from '../http/wire-recorder.js';
import type { Engine } from '../serving/engine.js';
import type { Address, Entry, Fence } from '../stores/store.js';

/** Puts what goes out for a response into the response's entry, under a fence of its own: compressed bytes may come after the entry. */
export class WireKeeper {
  private entry: Entry | undefined;
  private state: 'recording' | 'recorded' | 'over' = 'recording';

  /** @param fence taken before the response was looked up, or computed */
  constructor(
    private readonly engine: Engine,
    private readonly action: CachedAction,
    private readonly address: Address,
    private readonly fence: Fence,
    private readonly question: WireQuestion,
    private readonly recorder: WireRecorder,
  ) {
    recorder.start(engine.config.maxEntryBytes, () => {
      if (this.state === 'recording') this.state = 'recorded';
      this.settle();
    });
  }

  /** The entry with what went out for it, where all of it has by now. */
  completed(entry: Entry): Entry {
    const wire = this.state === 'recorded' ? this.wireOf(entry) : undefined;
    if (wire === undefined) return entry;
    this.abandon();
    return { ...entry, wires: withWire(entry.wires, wire) };
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
    this.engine.release(this.fence, 'unused');
  }

  private settle(): void {
    if (this.state !== 'recorded' || this.entry === undefined) return;
    const wire = this.wireOf(this.entry);
    if (wire === undefined) return this.abandon();
    this.state = 'over';
    void this.engine.keep(this.address, { ...this.entry, wires: withWire(this.entry.wires, wire) }, this.fence);
  }

  private wireOf({ response }: Entry): Wire | undefined {
    const { sent } = this.recorder;
    const { cacheName } = this.engine;
    return sent && wireOf(sent, this.question, response, { keyedHeaders: this.action.keyedHeaders, cacheName });
  }
}
