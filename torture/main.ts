import { installContenders } from './contenders/install.js';
import { LostProcess } from './worker-pool.js';
import { HEALTHY_MS } from './demands.js';
import type { ContenderName } from './messages.js';
import { optionsOf, USAGE, type Options } from './options.js';
import { described, figures, figuresOfNone, heading } from './report.js';
import { run, type RunPlan, type RunResult } from './run.js';
import { SCENARIOS } from './scenarios/index.js';
import type { Scenario } from './scenarios/scenario.js';

/**
 * Searches for stale reads. Several processes share a store, read and write the same keys, and the runner breaks the store. The log of
 * all operations shows each read that began after the acknowledgement of a change and shows older data. The same test runs on other
 * caches. `npm run torture -- --help`
 */
const SHOWN = 5;
const SHOWN_OF_OTHERS = 1;

async function main(): Promise<void> {
  if (process.argv.includes('--help')) {
    console.log(USAGE);
    return;
  }
  const options = optionsOf(process.argv.slice(2));
  if (options.contenders.some(name => name !== 'ours')) installContenders();
  console.log(
    `seed ${options.seed}, ${options.processes} processes of ${options.clients} clients, handlers of 0 to ${options.handlerMs} ms, tags ${options.hasTags ? 'on' : 'off'}`,
  );
  console.log(heading());
  const results: RunResult[] = [];
  for (const plan of plansOf(options)) {
    const why = skipReason(plan);
    if (why !== undefined) {
      console.log(figuresOfNone(plan.contender, options.store, plan.scenario, why));
      continue;
    }
    const result = await runWhole(plan, options);
    console.log(figures(result, options.store));
    const shown = plan.contender === 'ours' ? SHOWN : SHOWN_OF_OTHERS;
    for (const stale of result.stale.slice(0, shown)) console.log(described(stale, plan.seed));
    if (plan.contender === 'ours') for (const failure of result.failures) console.log(failed(result, failure));
    results.push(result);
  }
  conclude(options, results);
}

/** Runs a plan, and repeats it once if something other than the cache failed, such as the start of a server. */
async function runWhole(plan: RunPlan, options: Options): Promise<RunResult> {
  try {
    return await run(plan, options);
  } catch (error) {
    if (error instanceof LostProcess) throw error;
    console.error(`${plan.scenario} did not run to its end, and starts once more:`, error);
    return run(plan, options);
  }
}

function plansOf({ contenders, scenarios, modes, seed, store }: Options): RunPlan[] {
  return contenders.flatMap(contender =>
    scenarios
      .filter(scenario => (SCENARIOS[scenario].stores as readonly string[]).includes(store))
      .flatMap(scenario => (contender === 'ours' ? modes : modes.slice(0, 1)).map(mode => ({ contender, scenario, mode, seed }))),
  );
}

function isFailed(result: RunResult): boolean {
  return result.stale.length > 0 || (result.failures.length > 0 && !isStoreSlow(result));
}

/** True if the store was so slow that the runner cannot judge the demands on the cache. */
function isStoreSlow({ storeMs = 0 }: RunResult): boolean {
  return storeMs > HEALTHY_MS;
}

function failed(result: RunResult, failure: string): string {
  const verdict = isStoreSlow(result) ? `not judged, because the store took ${result.storeMs?.toFixed(0)} ms to answer` : 'FAIL';
  return `  ${verdict}: seed ${result.plan.seed}: ${failure}${reported(result)}`;
}

/** Returns the number of faults that the cache reported, by code. */
function reported({ pool: { faults } }: RunResult): string {
  const codes = Object.entries(faults).map(([code, count]) => `${count} ${code}`);
  return codes.length === 0 ? '' : `; reported: ${codes.join(', ')}`;
}

/** Returns the reason to skip a scenario. @returns undefined if the scenario runs */
function skipReason({ contender, scenario: name }: RunPlan): string | undefined {
  const scenario: Scenario = SCENARIOS[name];
  const skipped = scenario.missing?.();
  return skipped === undefined ? scenario.othersCannot?.[contender] : `skipped: ${skipped}`;
}

function conclude({ contenders }: Options, results: readonly RunResult[]): void {
  for (const contender of contenders)
    console.log(
      sentence(
        contender,
        results.filter(({ plan }) => plan.contender === contender),
      ),
    );
  if (results.some(({ excused }) => excused.length > 0)) {
    console.log(
      `excused: with whenUnreachable 'continue', stale reads of data that changed while the store was unreachable. The cache had reported ` +
        `CACHE_INVALIDATION_UNDELIVERED, and the read began at most five seconds after the store was whole again.`,
    );
  }
  const ours = results.filter(({ plan }) => plan.contender === 'ours');
  const isIdle = ours.some(({ pool }) => pool.bursts.length === 0 && !pool.reads.some(({ outcome }) => outcome === 'hit'));
  if (isIdle) console.error('FAIL a run without a single hit proves nothing');
  process.exitCode = isIdle || ours.some(isFailed) ? 1 : 0;
}

function sentence(contender: ContenderName, results: readonly RunResult[]): string {
  const operations = results.reduce((sum, { pool }) => sum + pool.operations, 0);
  const stale = results.reduce((sum, result) => sum + result.stale.length, 0);
  const reads = results.reduce((sum, { pool }) => sum + pool.reads.length, 0);
  return stale === 0
    ? `${contender}: no stale read in ${operations} operations`
    : `${contender}: ${stale} of ${reads} reads were stale`;
}

main().catch((error: unknown) => {
  console.error(error instanceof Error && error.cause === undefined ? error.message : error);
  process.exitCode = 1;
});
