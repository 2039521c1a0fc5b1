import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { machine } from '../report/machine.js';
import { table } from '../report/table.js';
import { layouts, type Layout } from './layouts.js';

/** What a process takes for each entry that its store holds, in bytes. */
export interface Taken {
  /** Key and body, which any store would take. */
  readonly texts: number;
  /** What the store counts. */
  readonly counted: number;
  /** Heap and buffers. */
  readonly used: number;
  /** Memory that the system has given the process, on top of what it had. */
  readonly resident: number;
}

interface RetainedMemory {
  readonly layout: Layout;
  readonly entries: number;
  readonly taken: Taken;
}

/** What an entry may take beyond its key and its body. */
const MOST_BOOKKEEPING = 600;
/** Below this, what a process takes for itself hides what the entries take. */
const FEWEST_FOR_RESIDENT = 1_000_000;

/** Fills a store with entries of 200 bytes, in a process of its own for each layout. */
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

/** What is taken beyond the bounds. */
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

export function retainedMemorySection(retained: readonly RetainedMemory[]): string {
  const [first] = retained;
  const bytes = (figure: number) => Math.round(figure).toLocaleString('en');
  const figure = (title: string, of: (taken: Taken) => number) => ({
    title,
    of: ({ taken }: RetainedMemory) => bytes(of(taken)),
    isFigure: true,
  });
  const rows = table<RetainedMemory>(retained, [
    { title: 'paths', of: ({ layout }) => `\`${layout.example}\`` },
    figure('key and body', ({ texts }) => texts),
    figure('counted', ({ counted }) => counted),
    figure('heap and buffers', ({ used }) => used),
    figure('resident', ({ resident }) => resident),
    figure('bookkeeping, counted', ({ counted, texts }) => counted - texts),
    figure('bookkeeping, measured', ({ used, texts }) => used - texts),
  ]);
  return `${machine(undefined)} ${bytes(first?.entries ?? 0)} entries with a body of 200 bytes and an \`ETag\`; bytes for each of them.\n\n${rows}`;
}
