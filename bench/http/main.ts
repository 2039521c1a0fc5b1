import { busyness } from '../report/machine.js';
import { writeSection } from '../report/section.js';
import { compare, type Comparison } from './compare.js';
import type { Contender } from './contender.js';
import { contenders } from './contenders.js';
import { loadGenerator } from './load.js';
import { readOptions, type BenchOptions } from './options.js';
import { installPeers } from './peers.js';
import { report } from './report.js';

/**
 * Compares the cost of a cached response in this library and in others, over HTTP. `npm run bench -- [--rounds 5] [--seconds 3]
 * [--bodies 200,2400,100000] [--only handler-hit,nest] [--base node] [--connections 32] [--warm-up 2] [--write]`
 */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  const chosen = choose(options);
  if (loadGenerator === 'autocannon' && !installPeers()) throw new Error('There is no load generator: install wrk.');

  const busy = busyness();
  if (busy !== undefined) console.warn(`WARNING ${busy}: these figures mean little`);
  const comparisons: Comparison[] = [];
  for (const bytes of options.bodies) comparisons.push(await compare(chosen, bytes, options));

  const text = report(comparisons, options, busy);
  console.log(`\n${text}\n`);
  const faults = comparisons.flatMap(comparison => comparison.faults);
  for (const fault of faults) console.error(`FAIL ${fault}`);
  if (faults.length > 0) process.exitCode = 1;
  else if (options.write) await writeSection('bench', text);
}

/** Returns the chosen contenders. @throws TypeError if a name is not that of a contender */
function choose({ only, base }: BenchOptions): readonly Contender[] {
  const known = contenders.map(({ name }) => name);
  const unknown = [...(only ?? []), base].filter(name => !known.includes(name));
  if (unknown.length > 0)
    throw new TypeError(`no contender has the name ${unknown.join(', ')}; the names are ${known.join(', ')}`);
  return contenders.filter(({ name }) => only === undefined || name === base || only.includes(name));
}

main().catch((error: unknown) => {
  console.error(error instanceof TypeError ? error.message : error);
  process.exitCode = 1;
});
