import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bodyOf } from './body.js';
import { wrongAnswers } from './check.js';
import type { Contender } from './contender.js';
import { measure, warmUp, type Entrant } from './measure.js';
import type { BenchOptions } from './options.js';
import { requestSpecOf } from './request-spec.js';
import { summarise, type Summary } from './summary.js';

/** The comparison with one size of body. */
export interface Comparison {
  readonly bytes: number;
  readonly base: string;
  readonly rows: readonly Summary[];
  /** The reasons of the contenders that are not in the table, by name. */
  readonly leftOut: ReadonlyMap<string, string>;
  /** The faults that invalidate figures, each with the name of its contender. */
  readonly faults: readonly string[];
}

/** Starts, checks, warms up and loads the contenders, all with the same body. */
export async function compare(contenders: readonly Contender[], bytes: number, options: BenchOptions): Promise<Comparison> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-body-'));
  const entrants: Entrant[] = [];
  const leftOut = new Map<string, string>();
  try {
    const [file, body] = [join(folder, 'body.json'), bodyOf(bytes)];
    await writeFile(file, body);
    for (const contender of contenders) {
      const running = await contender.start(file);
      if (running.kind === 'left-out') {
        leftOut.set(contender.name, running.reason);
        console.log(`${contender.name} is left out: ${running.reason}`);
        continue;
      }
      const entrant = { contender, running, requestSpec: await requestSpecOf(contender.asked, running.origin) };
      entrants.push(entrant);
      const mistakes = await wrongAnswers(contender, running, entrant.requestSpec, body);
      if (mistakes.length > 0) throw new Error(`${contender.name} answers wrongly: ${mistakes.join('; ')}`);
      await warmUp(entrant, options);
    }
    return await comparisonOf(entrants, await measure(entrants, options), { bytes, leftOut, base: options.base });
  } finally {
    for (const { running } of entrants) await running.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function comparisonOf(
  entrants: readonly Entrant[],
  samples: Awaited<ReturnType<typeof measure>>,
  { bytes, leftOut, base }: Pick<Comparison, 'bytes' | 'leftOut' | 'base'>,
): Promise<Comparison> {
  const baseline = entrants.find(({ contender }) => contender.name === base) ?? entrants[0];
  if (baseline === undefined) throw new Error('there is no contender to measure');
  const rows = await Promise.all(entrants.map(entrant => summarise(entrant, samples.get(entrant)!, samples.get(baseline)!)));
  const faults = rows.flatMap(row => row.faults.map(fault => `${row.contender.name}, ${bytes} bytes: ${fault}`));
  return { bytes, base: baseline.contender.name, rows, leftOut, faults };
}
