import type { WorkerPool } from './worker-pool.js';
import type { Demands } from './scenarios/scenario.js';

/**
 * Milliseconds in which a healthy store answers on a machine with free time: far less than `storeTimeout`. If the store took longer, the
 * runner does not judge the demands on the cache.
 */
export const HEALTHY_MS = 100;

/** Returns a sentence for each demand that the cache did not meet while its store was healthy. */
export function failuresOf(
  { reads, changes, bursts, verified }: Pick<WorkerPool, 'reads' | 'changes' | 'bursts' | 'verified'>,
  { computations, isVerified = false }: Demands,
): string[] {
  const refused = changes.filter(({ outcome }) => outcome === 'refused' || outcome === 'unacknowledged').length;
  const undelivered = changes.filter(({ isUndelivered }) => isUndelivered).length;
  const bypasses = reads.filter(({ outcome }) => outcome === 'bypass').length;
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
    ...(computations !== undefined && bypasses > 0 ? [`${bypasses} of ${reads.length} reads bypassed the cache`] : []),
    ...(isVerified && same === 0 ? ['no hit was verified'] : []),
    ...Object.entries(isVerified ? reported : {}).map(([outcome, count]) => `${count} verified hits were reported as ${outcome}`),
  ];
}
