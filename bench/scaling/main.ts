import { parseArgs } from 'node:util';
import { median } from '../median.js';
import { busyness, machine } from '../report/machine.js';
import { writeSection } from '../report/section.js';
import { table } from '../report/table.js';
import { Filled } from './filled.js';
import { IN_GROUP, IN_HALL } from './members-app.js';

/**
 * What the number of entries does to the cost of a hit and of an invalidation.
 * `npm run bench:scaling -- [--few 1000] [--many 1000000] [--rounds 9] [--hits 20000] [--write]`
 */
const { values } = parseArgs({
  options: {
    few: { type: 'string', default: '1000' },
    many: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '9' },
    hits: { type: 'string', default: '20000' },
    write: { type: 'boolean', default: false },
  },
});
const [fewEntries, manyEntries] = [Number(values.few), Number(values.many)];
const [rounds, hits] = [Number(values.rounds), Number(values.hits)];

interface Row {
  readonly what: string;
  readonly figure: string;
}

async function hitRows(few: Filled, many: Filled): Promise<Row[]> {
  const costs = new Map<Filled, number[]>([few, many].map(filled => [filled, []]));
  await Promise.all([few, many].map(filled => filled.carryOut<'hits'>({ kind: 'hits', count: hits })));
  for (let round = 0; round < rounds; round++) {
    for (const filled of [few, many])
      costs.get(filled)!.push((await filled.carryOut<'hits'>({ kind: 'hits', count: hits })).micros);
  }
  const ratios = costs.get(many)!.map((micros, round) => micros / costs.get(few)![round]!);
  return [
    ...Array.from(costs, ([{ entries }, micros]) => ({
      what: `a hit among ${number(entries)} entries`,
      figure: `${median(micros).toFixed(1)} µs of CPU`,
    })),
    {
      what: 'ratio, round by round',
      figure: `${median(ratios).toFixed(2)} (${shown(Math.min(...ratios))}–${shown(Math.max(...ratios))})`,
    },
  ];
}

async function invalidationRows(filled: Filled): Promise<Row[]> {
  const halls = Math.min(5, Math.floor(filled.entries / IN_HALL / 2));
  // The groups come from the end, the halls from the beginning.
  const count = Math.min(1000, filled.entries / IN_GROUP / 2);
  const { timesMs } = await filled.carryOut<'groups'>({ kind: 'groups', first: filled.entries / IN_GROUP - count, count });
  const row = {
    what: `invalidating a prefix with ${IN_GROUP} entries among ${number(filled.entries)}`,
    figure: `${(median(timesMs) * 1000).toFixed(1)} µs`,
  };
  if (halls === 0) return [row];

  const large = [];
  for (let hall = 0; hall < halls; hall++) large.push(await filled.carryOut<'hall'>({ kind: 'hall', hall, covered: IN_HALL }));
  const pauses = large.map(({ pauseMs }) => pauseMs);
  return [
    row,
    {
      what: `invalidating a prefix with ${number(IN_HALL)} entries among ${number(filled.entries)}`,
      figure: `${median(large.map(({ tookMs }) => tookMs)).toFixed(1)} ms`,
    },
    {
      what: 'longest pause of the event loop meanwhile',
      figure: `${median(pauses).toFixed(1)} ms (at most ${Math.max(...pauses).toFixed(1)} ms)`,
    },
  ];
}

const number = (count: number) => count.toLocaleString('en');
const shown = (ratio: number) => ratio.toFixed(2);

async function main(): Promise<void> {
  const busy = busyness();
  if (busy !== undefined) console.warn(`WARNING ${busy}: these figures mean little`);
  const few = await Filled.start(fewEntries);
  const many = await Filled.start(manyEntries);
  const rows = [...(await hitRows(few, many)), ...(await invalidationRows(few)), ...(await invalidationRows(many))];
  few.stop();
  many.stop();
  const text = `${machine(busy)} Medians of ${rounds} rounds of ${number(hits)} hits, and of all invalidations.\n\n${table<Row>(
    rows,
    [
      { title: 'what', of: ({ what }) => what },
      { title: 'median', of: ({ figure }) => figure, isFigure: true },
    ],
  )}`;
  console.log(text);
  if (values.write) await writeSection('scaling', text);
}

void main();
