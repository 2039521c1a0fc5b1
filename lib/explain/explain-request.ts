import { nameOf, responseOf, type ActionCall } from '../actions/action-call.js';
import type { CachedAction } from '../actions/cached-action.js';
import { ageSeconds, hitOutcome } from '../serving/respond.js';
import type { CacheRuntime } from '../runtime/cache-runtime.js';
import { openWindows } from '../serving/stale-windows.js';
import { freshness } from '../runtime/outcome-text.js';
import { decide } from '../serving/cache-decision.js';
import type { Address, Entry, LookupResult } from '../stores/store.js';
import type { ExplainedEntry, Explanation } from './explanation.js';
import { noAction, type ProbeResult, type ProbeRequest } from './probe-request.js';

/** Ends a probe at an action with the explanation of its request. The method does not run. */
export async function explainCall(
  runtime: CacheRuntime,
  describe: () => CachedAction | undefined,
  call: ActionCall,
  probe: ProbeRequest,
): Promise<void> {
  probe.end(responseOf(call), await resultOf(runtime, describe, call));
}

async function resultOf(runtime: CacheRuntime, describe: () => CachedAction | undefined, call: ActionCall): Promise<ProbeResult> {
  try {
    const action = describe();
    return action === undefined ? uncached(call) : await explainCached(runtime, action, call);
  } catch (error) {
    // No code awaits this promise, so an error must reach the caller of `cache.explain` as a result.
    return noAction(`the request could not be explained: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function uncached(call: ActionCall): ProbeResult {
  const action = nameOf(call);
  const nothing = { options: undefined, outcome: undefined, path: undefined, key: undefined, entry: undefined };
  return { explanation: { action, ...nothing, reason: 'the action is not cached' } };
}

async function explainCached(runtime: CacheRuntime, action: CachedAction, call: ActionCall): Promise<ProbeResult> {
  const { name, options } = action;
  const decision = await decide({ runtime, action, call, trace: undefined, computation: undefined });
  if (decision.kind === 'bypass') {
    const nothing = { path: undefined, key: undefined, entry: undefined };
    return { explanation: { action: name, options, outcome: 'bypass', reason: decision.detail, ...nothing } };
  }
  const { address, isForced } = decision;
  const found = await runtime.survive<LookupResult>('the look-up failed', { kind: 'unreachable' }, () =>
    runtime.store.lookup({ ...address, isReadOnly: true }),
  );
  if (found.kind === 'miss') runtime.release(found.lease, 'unused');
  const entry = found.kind === 'hit' ? found.entry : found.kind === 'miss' ? found.stale : undefined;
  const { outcome, reason } = isForced ? FORCED : predict(runtime, action, address, found);
  const nowMs = runtime.clock.now();
  const location = { path: address.path.path, key: address.key };
  const explained = entry && explainedEntry(entry, address, nowMs);
  return { explanation: { action: name, options, outcome, reason, ...location, entry: explained }, address };
}

type Prediction = Pick<Explanation, 'outcome' | 'reason'>;

const FORCED: Prediction = { outcome: 'miss', reason: 'forcedUpdate' };

function predict(runtime: CacheRuntime, { options }: CachedAction, address: Address, found: LookupResult): Prediction {
  if (found.kind === 'unreachable') return { outcome: 'bypass', reason: 'the store cannot be reached' };
  const nowMs = runtime.clock.now();
  if (found.kind === 'hit') return { outcome: 'hit', reason: freshness(hitOutcome(found.entry, nowMs)) };
  const { stale } = found;
  if (stale === undefined) {
    return { outcome: 'miss', reason: runtime.history?.missReason(address, nowMs) ?? 'nothing is stored' };
  }
  const ago = `expired ${Math.floor((nowMs - stale.expiresAtMs) / 1000)} s ago`;
  return openWindows(stale, options, nowMs).whileRevalidating
    ? { outcome: 'stale', reason: `${ago}; the cache would refresh it in the background` }
    : { outcome: 'miss', reason: `${ago}; the cache would serve it in place of a failure` };
}

function explainedEntry(entry: Entry, { tags: fixed = [] }: Address, nowMs: number): ExplainedEntry {
  const { response, expiresAtMs, tags = [] } = entry;
  return {
    status: response.status,
    bytes: response.body.length,
    age: ageSeconds(entry, nowMs),
    ttl: (expiresAtMs - nowMs) / 1000,
    tags: [...tags, ...fixed],
  };
}
