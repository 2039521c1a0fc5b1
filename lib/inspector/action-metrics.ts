import type { OutcomeEvent } from '../events/channels.js';

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

type OutcomeName = OutcomeEvent['outcome'];

/** The outcomes of an action's requests. */
export interface ActionReport {
  readonly action: string;
  readonly sample: ActionSample;
  readonly outcomes: readonly OutcomeReport[];
}

/** Milliseconds, of the newest requests with this outcome. */
interface OutcomeReport {
  readonly outcome: OutcomeName;
  readonly count: number;
  readonly p50: number | undefined;
  readonly p95: number | undefined;
}

/** The metrics of an action: counts since the inspector was created, and the milliseconds of the newest requests. */
export interface ActionSample {
  readonly hits: number;
  /** Requests for which the cache was asked. */
  readonly asked: number;
  readonly p50: number | undefined;
  readonly p95: number | undefined;
}

/** Counts the outcomes of one action. There are as many as the program has: they need no bound. */
export class ActionMetrics {
  private readonly outcomes = new Map<OutcomeName, { count: number; latencies: Latencies }>();
  private readonly latencies = new Latencies();
  private hits = 0;
  private asked = 0;

  constructor(private readonly action: string) {}

  add({ outcome, durationMs }: OutcomeEvent): void {
    let figures = this.outcomes.get(outcome);
    if (figures === undefined) this.outcomes.set(outcome, (figures = { count: 0, latencies: new Latencies() }));
    figures.count++;
    figures.latencies.add(durationMs);
    if (outcome === 'bypass') return;
    this.asked++;
    if (outcome === 'hit') this.hits++;
    this.latencies.add(durationMs);
  }

  sample(): ActionSample {
    const { hits, asked, latencies } = this;
    return { hits, asked, p50: latencies.percentile(0.5), p95: latencies.percentile(0.95) };
  }

  report(): ActionReport {
    const outcomes = Array.from(this.outcomes, ([outcome, { count, latencies }]) => ({
      outcome,
      count,
      p50: latencies.percentile(0.5),
      p95: latencies.percentile(0.95),
    }));
    return { action: this.action, sample: this.sample(), outcomes };
  }
}
