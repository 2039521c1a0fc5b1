import { parseArgs } from 'node:util';
import { busyness, machine } from '../report/machine.js';
import { writeSection } from '../report/section.js';
import { nearSection } from './near-section.js';
import { operationsSection } from './operations-section.js';

const PAGE = 'scaling.md';

/**
 * What a near cache saves, and what each operation asks of a shared store, on a Redis of its own.
 * `npm run bench:near -- [--rounds 25] [--hits 100] [--times 15] [--write]`
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '25' },
      hits: { type: 'string', default: '100' },
      times: { type: 'string', default: '15' },
      write: { type: 'boolean', default: false },
    },
  });
  const [rounds, hits, times] = [values.rounds, values.hits, values.times].map(Number) as [number, number, number];
  const busy = busyness();
  if (busy !== undefined) console.warn(`WARNING ${busy}: these figures mean little`);

  const method = `Medians of ${rounds} rounds of ${hits} hits, one after the other, in turns with and without; Redis on the same machine. Bytes as Redis counts them, with the INFO that the store asks for at most once a second.`;
  const near = `${machine(busy)} ${method}\n\n${await nearSection(rounds, hits)}`;
  console.log(`\n${near}\n`);
  const operations = await operationsSection(times);
  console.log(operations);
  if (!values.write) return;
  await writeSection('near', near, PAGE);
  await writeSection('operations', operations, PAGE);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
