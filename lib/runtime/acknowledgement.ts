import type { CacheConfig } from '../options/cache-config.js';
import type { InvalidationResult, MaybePromise, Undelivered } from '../stores/store.js';
import { inTime } from '../time/deadline.js';
import type { FaultReporter } from './fault-reporter.js';

/** Waits for an invalidation. @returns true if the client may see the write acknowledged */
export function acknowledged(
  config: CacheConfig,
  faults: FaultReporter,
  invalidated: MaybePromise<InvalidationResult>,
): MaybePromise<boolean> {
  if (invalidated instanceof Promise) return invalidated.then(settled => acknowledged(config, faults, settled));
  return invalidated === undefined || isAcknowledged(config, faults, invalidated);
}

/** Returns true if the client may see a change acknowledged whose invalidation is not delivered. Waits for the delivery if needed. */
function isAcknowledged(
  { whenUnreachable, collapseTimeout }: CacheConfig,
  faults: FaultReporter,
  { cause, delivered, isLost, hasLapsed = false }: Undelivered,
): MaybePromise<boolean> {
  if (isLost === true) return whenUnreachable === 'continue';
  faults.report(
    'CACHE_INVALIDATION_UNDELIVERED',
    'an invalidation could not be delivered. The library retries it, and serves no entry that it covers until it is delivered',
    cause,
  );
  // Other processes still see the write in progress, so they serve no entry that it covers.
  if (whenUnreachable === 'continue' && !hasLapsed) return true;
  return inTime(delivered, collapseTimeout * 1000, 'timeout', false).then(
    delivery => delivery !== 'timeout' || whenUnreachable === 'continue',
  );
}
