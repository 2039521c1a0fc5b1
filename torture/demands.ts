import type { WorkerPool } from './worker-pool.js';
import type { Demands } from './scenarios/scenario.js';

/**
 * Milliseconds in which a store that is healthy answers, on a machine that leaves it time: far less than `storeTimeout`. Where it has taken
 * longer it was not healthy, and what the cache owes cannot be said.
 */
export const HEALTHY_MS = 100;

/** What a cache owes while its store is healthy, and did not do: one sentence for each. */
export function failuresOf(
  { reads, changes, bursts, verified }: Pick<WorkerPool, 'reads' | 'changes' | 'bursts' | 'verified'>,
  { computations, isVerified = false }: Demands,
): string[] {
  const refused = changes.filter(({ outcome }) => outcome === 'refused' || outcome === 'unacknowledged').length;
  const undelivered = changes.filter(({ isUndelivered }) => isUndelivered).length;
  const passedBy = reads.filter(({ outcome }) => outcome === 'bypass').length;
  const { same = 0, ...reported } = verified;
  const most = Math.max(0, ...bursts.map(burst => burst.computations));
  return [
    ...(refused > 0 ? [`${refused} of ${changes.length} changes were refused although the store was healthy`] : []),
    ...(undelivered > 0
      ? [`${undelivered} of ${changes.length} changes were acknowledged undelivered although the store was healthy`]
      : []),
    ...(computations !== undefined && most > computations
      ? [`the handler ran ${most} times in one burst, not ${computations}`]
      : []),
    ...(computations !== undefined && passedBy > 0 ? [`${passedBy} of ${reads.length} reads passed by the cache`] : []),
    ...(isVerified && same === 0 ? ['no hit was verified'] : []),
    ...Object.entries(isVerified ? reported : {}).map(([outcome, count]) => `${count} verified hits were reported as ${outcome}`),
  ];
}
