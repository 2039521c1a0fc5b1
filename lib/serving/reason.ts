import type { HitOutcome, Outcome } from '../http/cache-status.js';

/** Why a request that missed nothing ended as it did. */
export function reasonOf(outcome: Outcome): string | undefined {
  switch (outcome.kind) {
    case 'hit':
      return freshness(outcome);
    case 'collapsed':
      return 'answered by the computation of another request';
    case 'stale':
      return `expired: ${outcome.detail}`;
    case 'bypass':
    case 'miss':
      return outcome.detail;
  }
}

/** How long an entry that is served stays fresh. */
export function freshness({ ttlSeconds }: HitOutcome): string {
  return ttlSeconds === undefined ? 'fresh, and never expires' : `fresh for ${ttlSeconds} s`;
}
