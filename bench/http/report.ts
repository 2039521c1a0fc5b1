import { machine } from '../report/machine.js';
import { table } from '../report/table.js';
import type { Comparison } from './compare.js';
import { loadGenerator } from './load.js';
import type { BenchOptions } from './options.js';
import { canPin } from './pinned.js';
import type { Summary } from './summary.js';

/** Returns the report of all measurements, in markdown. */
export function report(comparisons: readonly Comparison[], options: BenchOptions, busy: string | undefined): string {
  return [setting(options, busy), legendOf(comparisons), ...comparisons.map(tableOf), leftOutIn(comparisons)].join('\n\n');
}

function setting({ rounds, seconds, connections }: BenchOptions, busy: string | undefined): string {
  const places = canPin ? 'the server on one core, the load on another' : 'server and load on any core';
  const method = `${loadGenerator} with ${connections} connections, ${places}; medians over ${rounds} rounds of ${seconds} s.`;
  return `${machine(busy)} ${method}`;
}

/** Describes each contender once. In the tables, the descriptions would take more room than the figures. */
function legendOf(comparisons: readonly Comparison[]): string {
  const descriptions = new Map(comparisons.flatMap(({ rows }) => rows.map(({ contender }) => [contender.name, contender.what])));
  return Array.from(descriptions, ([name, what]) => `- \`${name}\`: ${what}`).join('\n');
}

function tableOf({ bytes, base, rows }: Comparison): string {
  return `### ${bytes.toLocaleString('en')} bytes of JSON\n\n${table<Summary>(rows, [
    { title: 'name', of: ({ contender }) => `\`${contender.name}\`` },
    { title: `× ${base}`, of: ({ ratio }) => ratioText(ratio), isFigure: true },
    { title: 'lowest to highest', of: row => `${ratioText(row.lowestRatio)}–${ratioText(row.highestRatio)}`, isFigure: true },
    { title: 'requests/s', of: row => Math.round(row.requestsPerSecond).toLocaleString('en'), isFigure: true },
    { title: 'p50', of: row => milliseconds(row.p50Micros), isFigure: true },
    { title: 'p99', of: row => milliseconds(row.p99Micros), isFigure: true },
    { title: 'CPU µs/request', of: row => row.cpuMicrosPerRequest.toFixed(1), isFigure: true },
  ])}`;
}

function ratioText(ratio: number): string {
  return ratio.toFixed(ratio < 0.095 ? 3 : 2);
}

function milliseconds(micros: number): string {
  return `${(micros / 1000).toFixed(2)} ms`;
}

function leftOutIn(comparisons: readonly Comparison[]): string {
  const reasons = new Map(comparisons.flatMap(({ leftOut }) => [...leftOut]));
  if (reasons.size === 0) return 'Left out: none.';
  return ['Left out:', '', ...Array.from(reasons, ([name, reason]) => `- \`${name}\`: ${reason}`)].join('\n');
}
