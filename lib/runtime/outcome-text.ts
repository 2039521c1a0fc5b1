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

/** Why a computation has ended without an entry, in words for those who look into it. */
export const REASONS = {
  setsCookie: 'the response sets a cookie',
  clientLeft: 'the client left',
  answeredByOthers: 'a middleware answered in the place of the method',
  handlerFailed: 'the handler failed',
  goesBack: 'the redirect goes back to the Referer of the request',
  cacheFailed: 'the cache failed',
} as const;
