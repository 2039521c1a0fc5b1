import type { ActionSample } from './action-metrics.js';
import { Ring } from './ring.js';

/** Together they make an hour. */
const EVERY_MS = 10_000;
const KEPT_SAMPLES = 360;

/** How things stood at one moment. */
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

/** Keeps how things stood in the past hour, whether anybody watched or not. */
export class TimeSeries {
  private readonly samples = new Ring<Sample>(KEPT_SAMPLES);
  // It does not keep the process alive.
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
