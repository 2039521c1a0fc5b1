import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { machine } from '../report/machine.js';
import { table } from '../report/table.js';
import { layouts, type Layout } from './layouts.js';

/** The bytes of one entry. */
export interface Taken {
  /** Key and body, which every store needs. */
  readonly texts: number;
  /** The bytes that the store counts. */
  readonly counted: number;
  /** Heap and buffers. */
  readonly used: number;
  /** The growth of the memory that the system gives the process. */
  readonly resident: number;
}

interface RetainedMemory {
  readonly layout: Layout;
  readonly entries: number;
  readonly taken: Taken;
}

/** The highest number of bytes of an entry in addition to key and body. */
const MOST_BOOKKEEPING = 600;
/** With fewer entries, the memory of Node itself exceeds that of the entries. */
const FEWEST_FOR_RESIDENT = 1_000_000;

/** Fills a store with entries of 200 bytes, in a separate process for each layout. */
export async function measureRetainedMemory(entries: number): Promise<RetainedMemory[]> {
  const retained: RetainedMemory[] = [];
  for (const layout of layouts) {
    const child = fork(join(__dirname, 'retained-memory-process.ts'), [String(entries), layout.name], {
      execArgv: ['--expose-gc', '--import', 'tsx', '--max-old-space-size=4096'],
    });
    const [taken] = (await once(child, 'message')) as [Taken];
    retained.push({ layout, entries, taken });
  }
  return retained;
}

/** Returns the exceeded bounds. */
export function retainedMemoryFailures(retained: readonly RetainedMemory[]): string[] {
  return retained.flatMap(({ layout, entries, taken: { texts, counted, used, resident } }) => [
    ...(Math.max(counted, used) - texts > MOST_BOOKKEEPING
      ? [`${layout.name}: the bookkeeping of an entry is more than ${MOST_BOOKKEEPING} bytes`]
      : []),
    ...(used > counted ? [`${layout.name}: an entry takes more than the store counts`] : []),
    ...(entries >= FEWEST_FOR_RESIDENT && resident > counted
      ? [`${layout.name}: the process takes more than the store counts`]
      : []),
  ]);
}

/** The figures of the table, by title. */
const FIGURES: Readonly<Record<string, (taken: Taken) => number>> = {
  'key and body': ({ texts }) => texts,
  counted: ({ counted }) => counted,
  'heap and buffers': ({ used }) => used,
  resident: ({ resident }) => resident,
  'bookkeeping, counted': ({ counted, texts }) => counted - texts,
  'bookkeeping, measured': ({ used, texts }) => used - texts,
};

/** Returns the table in markdown: a row for each figure, and a column for each layout of paths. */
export function retainedMemorySection(retained: readonly RetainedMemory[]): string {
  const [first] = retained;
  const bytes = (figure: number) => Math.round(figure).toLocaleString('en');
  const rows = table<[string, (taken: Taken) => number]>(Object.entries(FIGURES), [
    { title: 'bytes', of: ([title]) => title },
    ...retained.map(({ layout, taken }) => ({
      title: `\`${layout.example}\``,
      of: ([, figure]: [string, (taken: Taken) => number]) => bytes(figure(taken)),
      isFigure: true,
    })),
  ]);
  return `${machine(undefined)} ${bytes(first?.entries ?? 0)} entries with a body of 200 bytes and an \`ETag\`; bytes for each of them.\n\n${rows}`;
}
