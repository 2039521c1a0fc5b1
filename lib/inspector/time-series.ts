import type { ActionSample } from './action-metrics.js';
import { Ring } from './ring.js';

/** Together they make an hour. */
const EVERY_MS = 10_000;
const KEPT_SAMPLES = 360;

/** The state of the cache at one moment. */
export interface Sample {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly entries: number;
  readonly bytes: number;
  /** Requests for which the cache was asked, since it was configured. */
  readonly asked: number;
  readonly hits: number;
  readonly actions: Readonly<Record<string, ActionSample>>;
}

/** The past hour, the oldest first. */
export interface PastReport {
  readonly everyMs: number;
  readonly samples: readonly Sample[];
}

/** The states of the past hour. They are sampled also without open pages. */
export class TimeSeries {
  private readonly samples = new Ring<Sample>(KEPT_SAMPLES);
  // The timer does not hold the process open.
  private readonly timer = setInterval(() => {
    const sample = this.take();
    if (sample !== undefined) this.samples.add(sample);
  }, EVERY_MS).unref();

  /** @param take gives `undefined` while there is no cache yet */
  constructor(private readonly take: () => Sample | undefined) {}

  report(): PastReport {
    return { everyMs: EVERY_MS, samples: this.samples.newestFirst().reverse() };
  }

  close(): void {
    clearInterval(this.timer);
  }
}
