import { deriveKey, type KeyResult } from '../actions/action-key.js';
import type { MaybePromise } from '../stores/store.js';
import type { CachedRequest } from './cached-request.js';

/** The use of the cache under a key. */
export type KeyDecision = KeyResult & {
  readonly kind: 'key';
  /** True if `forcedUpdate` demands a new fill. */
  readonly isForced: boolean;
};

/** The use of the cache for one request, or the reason to bypass it. */
export type CacheDecision = KeyDecision | { readonly kind: 'bypass'; readonly detail: string };

/** Decides how a request uses the cache. Synchronous unless an option returns a promise. */
export function decide(request: CachedRequest): MaybePromise<CacheDecision> {
  const { runtime, action } = request;
  if (!runtime.config.enabled) return { kind: 'bypass', detail: 'the cache is not enabled' };
  const { unless, forcedUpdate } = action.options;
  if (unless !== undefined || forcedUpdate !== undefined) return decideByOptions(request);
  try {
    return decideByKey(request);
  } catch (error) {
    return bypassOnFault(request, error);
  }
}

async function decideByOptions(request: CachedRequest): Promise<CacheDecision> {
  const { action, call } = request;
  const { unless, forcedUpdate } = action.options;
  try {
    if (unless !== undefined && (await unless(call.action))) return { kind: 'bypass', detail: 'unless' };
    const decision = decideByKey(request);
    return decision.kind === 'bypass' || forcedUpdate === undefined
      ? decision
      : { ...decision, isForced: await forcedUpdate(call.action) };
  } catch (error) {
    return bypassOnFault(request, error);
  }
}

function decideByKey({ runtime: { config, faults }, action, call }: CachedRequest): CacheDecision {
  const derived = deriveKey(action, call, config);
  if (derived.kind === 'key') return { kind: 'key', address: derived.address, isPerUser: derived.isPerUser, isForced: false };
  if (derived.remedy !== undefined) faults.warnAboutUse(`${action.name} ${derived.detail}`, `${action.name}: ${derived.remedy}`);
  return { kind: 'bypass', detail: derived.detail };
}

/** Bypasses the cache after the error of an option: an application without a cache would not call the option. */
function bypassOnFault({ runtime: { faults }, action: { name } }: CachedRequest, error: unknown): CacheDecision {
  faults.report('CACHE_OPTION_FAILED', `${name}: an option of @Cached threw, so the request bypasses the cache`, error);
  return { kind: 'bypass', detail: 'an option of @Cached threw' };
}
