import { headersOfVaryBy, mayTellCallers } from '../options/vary-by.js';
import { requestOf, responseOf, type ActionCall } from '../actions/action-call.js';
import type { CachedAction } from '../actions/cached-action.js';
import type { HitOutcome, Outcome } from '../http/cache-status.js';
import type { DownstreamPolicy } from '../http/downstream-policy.js';
import { replay, undoReplay } from '../http/replay.js';
import type { Entry } from '../stores/store.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';

/**
 * What routing-controllers gets in place of a result: it never settles, since anything else would send it on to the interceptors. One
 * for all requests: unlike a promise, it keeps nothing of those who wait for it, so that each is collected with its request.
 */
export const NEVER_SETTLES = { then: () => NEVER_SETTLES, catch: () => NEVER_SETTLES } as unknown as PromiseLike<never>;

/**
 * Answers a request with a recorded response in place of the method, and lets the after-middlewares run.
 *
 * @param outcome default: a hit
 */
export function respondWithEntry(
  runtime: CacheRuntime,
  action: CachedAction,
  call: ActionCall,
  entry: Entry,
  outcome?: Outcome,
): PromiseLike<never> {
  sendEntry(runtime, action, call, entry, outcome);
  if (entry.response.callsNext) call.action.next?.();
  return NEVER_SETTLES;
}

/** Sends a recorded response, and leaves it to others to go on. @param outcome default: a hit */
export function sendEntry(runtime: CacheRuntime, action: CachedAction, call: ActionCall, entry: Entry, outcome?: Outcome): void {
  const nowMs = runtime.clock.now();
  const rules = downstreamPolicy(runtime, action);
  // What has expired is not to be used for longer than it must.
  const rulesNow = outcome?.kind === 'stale' ? { ...rules, clientTimeout: 0 } : rules;
  const response = responseOf(call);
  try {
    replay(requestOf(call), response, entry.response, rulesNow, ageSeconds(entry, nowMs), () => {
      runtime.recordOutcome(response, outcome ?? hitOutcome(entry, nowMs));
    });
  } catch (error) {
    if (!response.headersSent) undoReplay(response, entry.response);
    throw error;
  }
}

/** Answered from the store. */
export function hitOutcome({ expiresAtMs }: Entry, nowMs: number): HitOutcome {
  return { kind: 'hit', ttlSeconds: Number.isFinite(expiresAtMs) ? Math.ceil((expiresAtMs - nowMs) / 1000) : undefined };
}

/** The age of an entry. Never negative: the process that stored it may have a clock of its own. */
export function ageSeconds({ storedAtMs }: Entry, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - storedAtMs) / 1000));
}

/** What clients are told of an action's responses. */
export function downstreamPolicy({ config }: CacheRuntime, { varyHeaders, options, isPerUser }: CachedAction): DownstreamPolicy {
  const named = headersOfVaryBy(config.varyBy);
  return {
    varyHeaders: named.length === 0 ? varyHeaders : [...varyHeaders, ...named],
    clientTimeout: options.clientTimeout ?? 0,
    isPrivate: isPerUser || mayTellCallers(config.varyBy),
  };
}
