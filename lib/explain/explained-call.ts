import { nameOf, responseOf, type ActionCall } from '../controllers/action-call.js';
import type { CachedAction } from '../controllers/cached-action.js';
import { ageSeconds, hit } from '../serving/answer.js';
import type { Engine } from '../serving/engine.js';
import { graceLeft } from '../serving/grace.js';
import { freshness } from '../serving/reason.js';
import { requestWay } from '../serving/request-way.js';
import type { Address, Entry, LookUp } from '../stores/store.js';
import type { ExplainedEntry, Explanation } from './explanation.js';
import { notMet, type Finding, type Probe } from './probe.js';

/** Ends the way of a probe at an action, with what its request would come to there. The method does not run. */
export async function explainCall(
  engine: Engine,
  describe: () => CachedAction | undefined,
  call: ActionCall,
  probe: Probe,
): Promise<void> {
  probe.end(responseOf(call), await found(engine, describe, call));
}

async function found(engine: Engine, describe: () => CachedAction | undefined, call: ActionCall): Promise<Finding> {
  try {
    const action = describe();
    return action === undefined ? uncached(call) : await findingOf(engine, action, call);
  } catch (error) {
    // Nobody waits for the promise of a probe: who asked is told by what the probe meets.
    return notMet(`the request could not be explained: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function uncached(call: ActionCall): Finding {
  const action = nameOf(call);
  const nothing = { options: undefined, outcome: undefined, path: undefined, key: undefined, entry: undefined };
  return { explanation: { action, ...nothing, reason: 'the action is not cached' } };
}

async function findingOf(engine: Engine, action: CachedAction, call: ActionCall): Promise<Finding> {
  const { name, options } = action;
  const way = await requestWay(engine, action, call);
  if (way.kind === 'past') {
    const nothing = { path: undefined, key: undefined, entry: undefined };
    return { explanation: { action: name, options, outcome: 'bypass', reason: way.detail, ...nothing } };
  }
  const { address, isForced } = way;
  const found = await engine.survive<LookUp>('the store could not be asked', { kind: 'unreachable' }, () =>
    engine.store.lookUp(address),
  );
  if (found.kind === 'miss') engine.release(found.fence, 'unused');
  const entry = found.kind === 'hit' ? found.entry : found.kind === 'miss' ? found.stale : undefined;
  const { outcome, reason } = isForced ? FORCED : comesTo(engine, action, address, found);
  const nowMs = engine.clock.now();
  const place = { path: address.path.path, key: address.key };
  const explained = entry && explainedEntry(entry, address, nowMs);
  return { explanation: { action: name, options, outcome, reason, ...place, entry: explained }, address };
}

type ComesTo = Pick<Explanation, 'outcome' | 'reason'>;

const FORCED: ComesTo = { outcome: 'miss', reason: 'forcedUpdate' };

function comesTo(engine: Engine, { options }: CachedAction, address: Address, found: LookUp): ComesTo {
  if (found.kind === 'unreachable') return { outcome: 'bypass', reason: 'the store cannot be reached' };
  const nowMs = engine.clock.now();
  if (found.kind === 'hit') return { outcome: 'hit', reason: freshness(hit(found.entry, nowMs)) };
  const { stale } = found;
  if (stale === undefined) {
    return { outcome: 'miss', reason: engine.history?.whyMissed(address, nowMs) ?? 'nothing is stored' };
  }
  const ago = `expired ${Math.floor((nowMs - stale.expiresAtMs) / 1000)} s ago`;
  return graceLeft(stale, options, nowMs).whileRevalidating
    ? { outcome: 'stale', reason: `${ago}; it would be computed anew behind the answer` }
    : { outcome: 'miss', reason: `${ago}; it stands in for failures` };
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
