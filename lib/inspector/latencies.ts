const SAMPLES = 200;

/** Percentiles of the newest durations. */
export class Latencies {
  private readonly samples: number[] = [];
  private count = 0;

  add(durationMs: number): void {
    this.samples[this.count++ % SAMPLES] = durationMs;
  }

  /** Milliseconds; `undefined` while there is none. */
  percentile(share: number): number | undefined {
    const sorted = this.samples.toSorted((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  }
}
