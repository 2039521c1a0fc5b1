import type { StaleRead } from './checker.js';
import type { ChangeOutcome } from './operation-log.js';
import type { RunResult } from './run.js';

const COLUMNS = [
  ['contender', -14],
  ['store', -13],
  ['scenario', -20],
  ['mode', -8],
  ['seconds', 7],
  ['operations', 10],
  ['reads', 7],
  ['hits', 6],
  ['bypass', 6],
  ['changes', 7],
  ['refused', 7],
  ['unack.', 6],
  ['undel.', 6],
  ['died', 5],
  ['runs/burst', 10],
  ['verified', 8],
  ['STALE', 6],
  ['excused', 7],
  ['faults', 6],
  ['longest read', 12],
  ['store', 7],
] as const;

export function heading(): string {
  const line = row(COLUMNS.map(([name]) => name));
  return `${line}\n${'-'.repeat(line.length)}`;
}

export function figures({ plan, pool, stale, excused, seconds, storeMs }: RunResult, store: string): string {
  const { reads, changes } = pool;
  const answered = reads.filter(({ outcome }) => outcome !== 'failed');
  const hits = answered.filter(({ outcome }) => outcome === 'hit').length;
  const ended = (wanted: ChangeOutcome) => changes.filter(({ outcome }) => outcome === wanted).length;
  const longest = reads.reduce((most, { startMs, endMs }) => Math.max(most, endMs - startMs), 0);
  return row([
    plan.contender,
    store,
    plan.scenario,
    plan.contender === 'ours' ? plan.mode : '',
    seconds.toFixed(0),
    pool.operations,
    reads.length,
    `${((100 * hits) / Math.max(1, answered.length)).toFixed(1)}%`,
    answered.filter(({ outcome }) => outcome === 'bypass').length,
    changes.length,
    ended('refused'),
    ended('unacknowledged'),
    changes.filter(({ isUndelivered }) => isUndelivered).length,
    ended('died'),
    range(pool.bursts.map(({ computations }) => computations)),
    Object.values(pool.verified).reduce((sum, count) => sum + count, 0),
    stale.length,
    excused.length,
    Object.values(pool.faults).reduce((sum, count) => sum + count, 0),
    `${longest.toFixed(0)} ms`,
    storeMs === undefined ? '-' : `${storeMs.toFixed(0)} ms`,
  ]);
}

/** Returns the row of a skipped scenario, with the reason. */
export function figuresOfNone(contender: string, store: string, scenario: string, why: string): string {
  return `${row([contender, store, scenario, '-'])}: ${why}`;
}

function range(numbers: readonly number[]): string {
  if (numbers.length === 0) return '-';
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  return least === most ? String(least) : `${least}-${most}`;
}

/** Describes a stale read in one sentence: the read, the change before it, and the time between them. */
export function described({ key, seen, change, read }: StaleRead, seed: number): string {
  const { outcome, version, worker, endMs } = change;
  return (
    `  seed ${seed}: process ${read.worker} read ${read.path} (${read.outcome}; ${read.remark}) and saw version ${seen} of ${key}, ` +
    `${(read.startMs - endMs).toFixed(1)} ms after the change to ${version} by process ${worker} was seen to end (${outcome}` +
    `${change.isUndelivered ? ', its invalidation not delivered' : ''}); the read took ${(read.endMs - read.startMs).toFixed(1)} ms`
  );
}

function row(cells: readonly (string | number)[]): string {
  return cells
    .map((cell, index) => {
      const width = COLUMNS[index]![1];
      return width < 0 ? String(cell).padEnd(-width) : String(cell).padStart(width);
    })
    .join(' ');
}
