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
 * Processes that share a store, readers and writers on the same keys, and a store that breaks in every way: a log of all that was
 * seen proves that no read was answered from before a change that had been acknowledged when it began. Other caches can be put to the
 * same test. `npm run torture -- --help`
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
    const why = whyNot(plan);
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

/** A run that could not be made, for what is around the cache and not for the cache, is made once more. */
async function runWhole(plan: RunPlan, options: Options): Promise<RunResult> {
  try {
    return await run(plan, options);
  } catch (error) {
    if (error instanceof LostProcess) throw error;
    console.error(`${plan.scenario} could not be run, once more:`, error);
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

/** Whether the store has been so slow that nothing can be said of what the cache owes. */
function isStoreSlow({ storeMs = 0 }: RunResult): boolean {
  return storeMs > HEALTHY_MS;
}

function failed(result: RunResult, failure: string): string {
  const verdict = isStoreSlow(result) ? `not judged, the store took ${result.storeMs?.toFixed(0)} ms to answer` : 'FAIL';
  return `  ${verdict}: seed ${result.plan.seed}: ${failure}${reported(result)}`;
}

/** What the cache has reported, by code. */
function reported({ pool: { faults } }: RunResult): string {
  const codes = Object.entries(faults).map(([code, count]) => `${count} ${code}`);
  return codes.length === 0 ? '' : `; reported: ${codes.join(', ')}`;
}

/** Why a scenario is not run. */
function whyNot({ contender, scenario: name }: RunPlan): string | undefined {
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
      `excused: with whenUnreachable 'continue', reads of what was changed while the store was out of reach, when the cache had said so ` +
        `(CACHE_INVALIDATION_UNDELIVERED) and no later than five seconds after the store was whole again.`,
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
