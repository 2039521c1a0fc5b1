import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Comparison } from '../../bench/http/compare.js';
import { readOptions } from '../../bench/http/options.js';
import { report } from '../../bench/http/report.js';
import type { Summary } from '../../bench/http/summary.js';
import { layouts } from '../../bench/memory/layouts.js';
import { retainedMemorySection } from '../../bench/memory/retained-memory.js';
import { root } from '../support/examples.js';

const page = readFileSync(join(root, 'docs/performance.md'), 'utf8');

/** The figures of a row. Their values are of no interest here. */
const FIGURES = {
  ratio: 1,
  lowestRatio: 1,
  highestRatio: 1,
  requestsPerSecond: 50_000,
  p50Micros: 560,
  p99Micros: 1760,
  cpuMicrosPerRequest: 19.2,
};

/** Returns the text that a benchmark wrote into the page. */
function written(name: string): string {
  return new RegExp(`<!-- ${name}:begin -->([\\s\\S]*)<!-- ${name}:end -->`).exec(page)![1]!;
}

/** Returns the cells of the rows of the first table, without the spaces that align them. */
function firstTableOf(text: string): string[][] {
  const lines = text.slice(text.indexOf('\n|') + 1).split('\n');
  const rows = lines.slice(
    0,
    lines.findIndex(line => !line.startsWith('|')),
  );
  return rows.filter((_, at) => at !== 1).map(line => line.split('|').map(cell => cell.trim()));
}

function listOf(text: string): string[] {
  return text.split('\n').filter(line => /^- `[^`]+`: /.test(line));
}

describe('the reports of the benchmarks', () => {
  it('have the descriptions of the contenders in one list, and narrow tables, as docs/performance.md', () => {
    const descriptions = listOf(written('bench'));
    const rows = descriptions.map(line => {
      const [, name = '', what = ''] = /^- `([^`]+)`: (.*)$/.exec(line)!;
      return { contender: { name, what }, ...FIGURES } as Summary;
    });
    const comparisons = [200, 2400].map((bytes): Comparison => ({ bytes, base: 'node', rows, leftOut: new Map(), faults: [] }));
    const text = report(comparisons, readOptions([]), undefined);

    expect(listOf(text)).toEqual(descriptions);
    const [head, ...body] = firstTableOf(text);
    const [expectedHead, ...expectedBody] = firstTableOf(written('bench'));
    expect(head).toEqual(expectedHead);
    expect(body.map(([, name]) => name)).toEqual(expectedBody.map(([, name]) => name));
  });

  it('have one row for each figure of memory, as docs/performance.md', () => {
    const taken = { texts: 240, counted: 795, used: 728, resident: 775 };
    const retained = layouts.map(layout => ({ layout, entries: 1_000_000, taken }));
    const table = firstTableOf(`${retainedMemorySection(retained)}\n`);
    const expected = firstTableOf(written('memory'));
    expect(table[0]).toEqual(expected[0]);
    expect(table.map(cells => cells.slice(0, 3))).toEqual(expected.map(cells => cells.slice(0, 3)));
  });
});
