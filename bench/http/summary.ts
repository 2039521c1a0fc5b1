import type { Contender } from './contender.js';
import type { Entrant, Sample } from './measure.js';

/** One row of a table: medians over the rounds. */
export interface Summary {
  readonly contender: Contender;
  /** The throughput, divided by that of the base in the same round. */
  readonly ratio: number;
  readonly lowestRatio: number;
  readonly highestRatio: number;
  readonly requestsPerSecond: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
  readonly cpuMicrosPerRequest: number;
  readonly faults: readonly string[];
}

/** Returns the medians of a contender. @param base the samples that the ratios divide by, round by round */
export async function summarise({ contender }: Entrant, samples: readonly Sample[], base: readonly Sample[]): Promise<Summary> {
  const { median } = await import('simple-statistics');
  const ratios = samples.map(({ requestsPerSecond }, round) => requestsPerSecond / base[round]!.requestsPerSecond);
  const medianOf = (figure: (sample: Sample) => number) => median(samples.map(figure));
  return {
    contender,
    ratio: median(ratios),
    lowestRatio: Math.min(...ratios),
    highestRatio: Math.max(...ratios),
    requestsPerSecond: medianOf(sample => sample.requestsPerSecond),
    p50Micros: medianOf(sample => sample.p50Micros),
    p99Micros: medianOf(sample => sample.p99Micros),
    cpuMicrosPerRequest: medianOf(sample => sample.cpuMicrosPerRequest),
    faults: samples.flatMap(({ faults }) => faults),
  };
}
