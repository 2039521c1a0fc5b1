import type { Contender, Running } from './contender.js';
import { load } from './load.js';
import type { BenchOptions } from './options.js';
import { asLoad, type RequestSpec } from './request-spec.js';

/** A contender after its start, check and warm-up. */
export interface Entrant {
  readonly contender: Contender;
  readonly running: Running;
  readonly requestSpec: RequestSpec;
}

/** The figures of one load of one contender. */
export interface Sample {
  readonly requestsPerSecond: number;
  readonly p50Micros: number;
  readonly p99Micros: number;
  readonly cpuMicrosPerRequest: number;
  /** The faults that invalidate the figures. */
  readonly faults: readonly string[];
}

/** Loads each entrant once a round. Each round begins with another entrant, so other work of the machine affects all of them. */
export async function measure(entrants: readonly Entrant[], options: BenchOptions): Promise<Map<Entrant, Sample[]>> {
  const samples = new Map(entrants.map((entrant): [Entrant, Sample[]] => [entrant, []]));
  for (let round = 0; round < options.rounds; round++) {
    const first = round % Math.max(1, entrants.length);
    for (const entrant of [...entrants.slice(first), ...entrants.slice(0, first)]) {
      samples.get(entrant)!.push(await sampleOf(entrant, options));
    }
    console.log(`round ${round + 1} of ${options.rounds} done`);
  }
  return samples;
}

/** Loads a contender without a measurement. */
export async function warmUp({ requestSpec }: Entrant, { warmUp: seconds, connections }: BenchOptions): Promise<void> {
  await load(asLoad(requestSpec, seconds, connections));
}

async function sampleOf({ contender, running, requestSpec }: Entrant, { seconds, connections }: BenchOptions): Promise<Sample> {
  const before = await running.counters();
  const { requests, micros, p50, p99, errors } = await load(asLoad(requestSpec, seconds, connections));
  const after = await running.counters();
  const runs = after.runs - before.runs;
  return {
    requestsPerSecond: (requests / micros) * 1e6,
    p50Micros: p50,
    p99Micros: p99,
    cpuMicrosPerRequest: (after.cpuMicros - before.cpuMicros) / requests,
    faults: [
      ...(errors > 0 ? [`${errors} of ${requests} requests failed`] : []),
      ...(contender.answering !== 'run' && runs > 0 ? [`its handler ran ${runs} times while all should have been hits`] : []),
      ...(contender.answering === 'run' && runs < requests ? [`its handler ran ${runs} times for ${requests} requests`] : []),
    ],
  };
}
