import { headersOfVaryBy, mayTellCallers } from '../options/vary-by.js';
import { requestOf, responseOf } from '../actions/action-call.js';
import type { CachedAction } from '../actions/cached-action.js';
import type { HitOutcome, Outcome } from '../http/cache-status.js';
import type { DownstreamPolicy } from '../http/downstream-policy.js';
import { replay, undoReplay } from '../http/replay.js';
import type { Entry } from '../stores/store.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';
import type { CachedRequest } from './cached-request.js';

/**
 * The result of a method whose response the library sends. It never settles, so routing-controllers neither calls interceptors
 * nor answers. All requests share it: unlike a promise, it holds no reference to its waiters, so each is collected with its
 * request.
 */
export const NEVER_SETTLES = { then: () => NEVER_SETTLES, catch: () => NEVER_SETTLES } as unknown as PromiseLike<never>;

/**
 * Answers a request with an entry in place of the method, and calls the after-middlewares.
 *
 * @param outcome Default: a hit.
 */
export function respondWithEntry(request: CachedRequest, entry: Entry, outcome?: Outcome): PromiseLike<never> {
  sendEntry(request, entry, outcome);
  if (entry.response.callsNext) request.call.action.next?.();
  return NEVER_SETTLES;
}

/** Sends the response of an entry, without the after-middlewares. @param outcome Default: a hit. */
export function sendEntry({ runtime, action, call, trace }: CachedRequest, entry: Entry, outcome?: Outcome): void {
  const nowMs = runtime.clock.now();
  const policy = downstreamPolicy(runtime, action);
  // Clients may not reuse a stale response.
  const policyNow = outcome?.kind === 'stale' ? { ...policy, clientTimeout: 0 } : policy;
  const response = responseOf(call);
  try {
    replay(requestOf(call), response, entry.response, policyNow, ageSeconds(entry, nowMs), () => {
      runtime.recordOutcome(response, outcome ?? hitOutcome(entry, nowMs), trace);
    });
  } catch (error) {
    if (!response.headersSent) undoReplay(response, entry.response);
    throw error;
  }
}

/** Returns the outcome of a fresh entry. */
export function hitOutcome({ expiresAtMs }: Entry, nowMs: number): HitOutcome {
  return { kind: 'hit', ttlSeconds: Number.isFinite(expiresAtMs) ? Math.ceil((expiresAtMs - nowMs) / 1000) : undefined };
}

/** Returns the age of an entry in seconds. Never negative: another process with another clock may have stored it. */
export function ageSeconds({ storedAtMs }: Entry, nowMs: number): number {
  return Math.max(0, Math.floor((nowMs - storedAtMs) / 1000));
}

/** Returns what the responses of an action allow caches downstream. */
export function downstreamPolicy(
  { config }: Pick<CacheRuntime, 'config'>,
  { varyHeaders, options, isPerUser }: Pick<CachedAction, 'varyHeaders' | 'options' | 'isPerUser'>,
): DownstreamPolicy {
  const named = headersOfVaryBy(config.varyBy);
  return {
    varyHeaders: named.length === 0 ? varyHeaders : [...varyHeaders, ...named],
    clientTimeout: options.clientTimeout ?? 0,
    isPrivate: isPerUser || mayTellCallers(config.varyBy),
  };
}
