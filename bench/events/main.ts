import { parseArgs } from 'node:util';
import { median } from '../median.js';
import { busyness, machine } from '../report/machine.js';
import { writeSection } from '../report/section.js';
import { table } from '../report/table.js';
import { greetingsApp } from './greetings-app.js';
import { measure, type Measured } from './hits.js';
import { listenings } from './listeners.js';

/** Hits with nobody listening, and with somebody. `npm run bench:events -- [--rounds 40] [--hits 2000] [--write]` */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      rounds: { type: 'string', default: '40' },
      hits: { type: 'string', default: '2000' },
      write: { type: 'boolean', default: false },
    },
  });
  const [rounds, hits] = [Number(values.rounds), Number(values.hits)];
  const busy = busyness();
  if (busy !== undefined) console.warn(`WARNING ${busy}: these figures mean little`);

  const app = greetingsApp();
  const plan = { rounds, hits };
  const behind = await measure(app, '/greetings/ada', listenings, plan);
  const before = await measure(app, '/greetings/ada/before-express', listenings, plan);
  const method = `Processor time of one hit of 1,200 bytes without a network: medians of ${rounds} rounds of ${hits.toLocaleString('en')} hits, the listeners in turns. Ratios are of one round to the same round with nobody listening: the median, and the middle half.`;
  const text = `${machine(busy)} ${method}\n\n${sectionOf(behind, before)}`;
  console.log(text);
  if (values.write) await writeSection('events', text);
}

function sectionOf(behind: Measured, before: Measured): string {
  return table(listenings, [
    { title: 'listening', of: ({ name }) => name },
    { title: 'hit behind Express', of: ({ name }) => micros(behind, name), isFigure: true },
    { title: 'ratio', of: ({ name }) => ratio(behind, name), isFigure: true },
    { title: 'hit before Express', of: ({ name }) => micros(before, name), isFigure: true },
    { title: 'ratio', of: ({ name }) => ratio(before, name), isFigure: true },
  ]);
}

function micros(measured: Measured, name: string): string {
  return `${median(measured.get(name)!).toFixed(1)} µs`;
}

function ratio(measured: Measured, name: string): string {
  const nobody = listenings[0]!.name;
  if (name === nobody) return '1';
  const ratios = measured
    .get(name)!
    .map((figure, round) => figure / measured.get(nobody)![round]!)
    .sort((a, b) => a - b);
  const quarter = (share: number): string => ratios[Math.floor((ratios.length - 1) * share)]!.toFixed(2);
  return `${median(ratios).toFixed(2)} (${quarter(0.25)}–${quarter(0.75)})`;
}

void main();
