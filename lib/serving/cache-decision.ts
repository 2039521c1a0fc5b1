import type { ActionCall } from '../actions/action-call.js';
import { deriveKey, type KeyResult } from '../actions/action-key.js';
import type { CachedAction } from '../actions/cached-action.js';
import type { MaybePromise } from '../stores/store.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';

/** The way to what is stored under a key. */
export type KeyDecision = KeyResult & { readonly kind: 'key' } & { readonly isForced: boolean };

/** How a request goes on: to the cache, or past it. */
export type CacheDecision = KeyDecision | { readonly kind: 'bypass'; readonly detail: string };

/** Where a request to a cached action goes. At once, where no option answers with a promise. */
export function decide(runtime: CacheRuntime, action: CachedAction, call: ActionCall): MaybePromise<CacheDecision> {
  if (!runtime.config.enabled) return { kind: 'bypass', detail: 'the cache is not enabled' };
  const { unless, forcedUpdate } = action.options;
  if (unless !== undefined || forcedUpdate !== undefined) return decideByOptions(runtime, action, call);
  try {
    return decideByKey(runtime, action, call);
  } catch (error) {
    return bypassOnFault(runtime, action, error);
  }
}

/** The way where the action's author has a say in it. */
async function decideByOptions(runtime: CacheRuntime, action: CachedAction, call: ActionCall): Promise<CacheDecision> {
  const { unless, forcedUpdate } = action.options;
  try {
    if (unless !== undefined && (await unless(call.action))) return { kind: 'bypass', detail: 'unless' };
    const decision = decideByKey(runtime, action, call);
    return decision.kind === 'bypass' || forcedUpdate === undefined
      ? decision
      : { ...decision, isForced: await forcedUpdate(call.action) };
  } catch (error) {
    return bypassOnFault(runtime, action, error);
  }
}

function decideByKey({ config, faults }: CacheRuntime, action: CachedAction, call: ActionCall): CacheDecision {
  const keyed = deriveKey(action, call, config);
  if (keyed.kind === 'key') return { kind: 'key', address: keyed.address, isPerUser: keyed.isPerUser, isForced: false };
  if (keyed.remedy !== undefined) faults.warnAboutUse(`${action.name} ${keyed.detail}`, `${action.name}: ${keyed.remedy}`);
  return { kind: 'bypass', detail: keyed.detail };
}

/** An application without a cache would not have called the option at all. */
function bypassOnFault({ faults }: CacheRuntime, { name }: CachedAction, error: unknown): CacheDecision {
  faults.report('CACHE_OPTION_FAILED', `${name}: an option of @Cached threw, so the request passes by`, error);
  return { kind: 'bypass', detail: 'an option of @Cached threw' };
}
