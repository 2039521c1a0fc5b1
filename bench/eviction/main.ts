import { parseArgs } from 'node:util';
import { writeSection } from '../report/section.js';
import { table } from '../report/table.js';
import { KEYS, patterns, type Pattern } from './patterns.js';
import { policies, type Policy } from './policies.js';

/** Hit ratios of the simple store and of other policies, on patterns made from a seed. `npm run bench:eviction -- [--write]` */
const SHARES = [0.01, 0.1];

interface Row {
  readonly pattern: Pattern;
  readonly share: number;
  readonly ratios: ReadonlyMap<Policy, number>;
}

/** @throws Error when a cache holds more than it may: its figure would be worth nothing */
function hitRatio(policy: Policy, pattern: Pattern, capacity: number): number {
  const cache = policy.create(capacity);
  let [requests, hits] = [0, 0];
  for (const key of pattern.requests()) {
    requests++;
    if (cache.request(key)) hits++;
  }
  if (cache.entries() > capacity) throw new Error(`${policy.name} holds ${cache.entries()} entries instead of ${capacity}`);
  return hits / requests;
}

function rowOf(pattern: Pattern, share: number): Row {
  return { pattern, share, ratios: new Map(policies.map(policy => [policy, hitRatio(policy, pattern, KEYS * share)])) };
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { write: { type: 'boolean', default: false } } });
  const rows = patterns.flatMap(pattern => SHARES.map(share => rowOf(pattern, share)));
  const text = table<Row>(rows, [
    { title: 'pattern', of: ({ pattern }) => pattern.name },
    { title: 'capacity', of: ({ share }) => `${share * 100} %`, isFigure: true },
    ...policies.map(policy => ({
      title: policy.name,
      of: ({ ratios }: Row) => `${(ratios.get(policy)! * 100).toFixed(1)} %`,
      isFigure: true,
    })),
  ]);
  console.log(text);
  if (values.write) await writeSection('eviction', text);
}

void main();
