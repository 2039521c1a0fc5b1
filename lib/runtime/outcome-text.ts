import type { HitOutcome, Outcome } from '../http/cache-status.js';

/** Returns the reason of an outcome, for subscribers. @returns undefined if there is none */
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

/** Describes how long a served entry stays fresh. */
export function freshness({ ttlSeconds }: HitOutcome): string {
  return ttlSeconds === undefined ? 'fresh, and never expires' : `fresh for ${ttlSeconds} s`;
}

/** The reasons why a fill stores nothing, for `Cache-Status` and subscribers. */
export const REASONS = {
  setsCookie: 'the response sets a cookie',
  clientLeft: 'the client left',
  answeredByMiddleware: 'a middleware answered in place of the method',
  handlerFailed: 'the handler failed',
  goesBack: 'the redirect goes back to the Referer of the request',
  cacheFailed: 'the cache failed',
  beingChanged: 'being changed',
} as const;
