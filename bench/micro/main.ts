import { parseArgs } from 'node:util';
import type { Task } from 'tinybench' with { 'resolution-mode': 'import' };
import { busyness, machine } from '../report/machine.js';
import { writeSection } from '../report/section.js';
import { table } from '../report/table.js';
import { parts, TIMES } from './hit-breakdown.js';

/** Measures the parts of a hit one by one. `npm run bench:micro -- [--milliseconds 2000] [--write]` */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { milliseconds: { type: 'string', default: '2000' }, write: { type: 'boolean', default: false } },
  });
  const busy = busyness();
  if (busy !== undefined) console.warn(`WARNING ${busy}: these figures mean little`);

  const { Bench } = await import('tinybench');
  const bench = new Bench({ time: Number(values.milliseconds), throws: true });
  for (const { name, run, prepare, verify } of await parts()) bench.add(name, run, { beforeEach: prepare, afterEach: verify });
  const tasks = await bench.run();

  const text = `${machine(busy)}\n\n${table<Task>(tasks, [
    { title: 'part', of: ({ name }) => name },
    { title: 'median', of: task => microseconds(task, 'p50'), isFigure: true },
    { title: 'p75', of: task => microseconds(task, 'p75'), isFigure: true },
  ])}`;
  console.log(text);
  if (values.write) await writeSection('micro', text);
}

function microseconds({ result }: Task, figure: 'p50' | 'p75'): string {
  if (result.state !== 'completed') return result.state;
  return `${((result.latency[figure] / TIMES) * 1000).toFixed(2)} µs`;
}

void main();
