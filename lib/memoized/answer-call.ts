import { collapse } from '../runtime/collapse.js';
import type { Flight } from '../runtime/single-flight.js';
import type { Entry, LookupResult, MaybePromise } from '../stores/store.js';
import { isThenable } from '../runtime/thenable.js';
import { run, type MemoizedCall } from './call.js';
import { dependOnEntry, runUncached } from './dependencies.js';
import { MemoizedFill } from './memoized-fill.js';
import { resultOf } from './memoized-result.js';
import { decideCall, type KeyedCall } from './call-decision.js';

/** Answers a call from the cache, or runs the method. A fault of the store or of an option never fails the call. */
export function answerCall(call: MemoizedCall): unknown {
  if (!call.runtime.config.enabled) return run(call);
  return call.method.returns === 'promise' ? answerAsync(call) : answerSync(call);
}

async function answerAsync(call: MemoizedCall): Promise<unknown> {
  const pendingDecision = decideCall(call);
  const decision = pendingDecision instanceof Promise ? await pendingDecision : pendingDecision;
  if (decision.kind === 'bypass') return runUncached(call, decision.argumentsText);
  const pending = lookUp(call, decision);
  // A store in memory answers synchronously. An `await` here would let an invalidation run between the look-up and `collapse`.
  const found = pending instanceof Promise ? await pending : pending;
  if (found.kind === 'unreachable') return runUncached(call, decision.argumentsText);
  if (found.kind === 'hit') return fromEntry(call, decision, found.entry);
  const { address } = decision;
  const { lease } = found;
  const { runtime } = call;
  const fill = (flight?: Flight): unknown => new MemoizedFill(call, decision, lease, flight).run();
  // A recursion would wait for itself.
  if (decision.isForced || runtime.computations.current?.isWithin(address.key) === true) return fill();
  return collapse<unknown>({ runtime, address, lease, fromEntry: entry => fromEntry(call, decision, entry), fill });
}

/** Answers a call whose caller may not await it. So only a store and options that answer synchronously can be used. */
function answerSync(call: MemoizedCall): unknown {
  const { runtime, method } = call;
  const decision = decideCall(call);
  if (decision instanceof Promise) return bypass(call, 'unless or forcedUpdate returns a promise');
  if (decision.kind === 'bypass') return classify(call, runUncached(call, decision.argumentsText));
  const found = lookUp(call, decision);
  if (found instanceof Promise) {
    void found.then(late => {
      if (late.kind === 'miss') runtime.release(late.lease, 'unused');
    });
    return bypass(call, 'the store answers with promises', decision.argumentsText);
  }
  // Before the first run it is unknown whether the caller expects a promise.
  if (found.kind === 'hit' && method.returns === 'value') return fromEntry(call, decision, found.entry);
  if (found.kind !== 'miss') return classify(call, runUncached(call, decision.argumentsText));

  const fill = new MemoizedFill(call, decision, found.lease);
  let result: unknown;
  try {
    result = classify(call, fill.compute());
  } catch (error) {
    fill.settleUnstored();
    throw error;
  }
  if (!isThenable(result)) {
    void fill.store(result);
    return result;
  }
  if (!decision.isForced) fill.flight = runtime.singleFlight.open(decision.address.key, found.lease);
  return fill.settle(result);
}

function lookUp({ runtime }: MemoizedCall, { address, isForced }: KeyedCall): MaybePromise<LookupResult> {
  return runtime.survive<LookupResult>('the look-up failed, so the call bypasses the cache', { kind: 'unreachable' }, () =>
    runtime.lookUp(address, isForced),
  );
}

function fromEntry(call: MemoizedCall, { argumentsText }: KeyedCall, entry: Entry): unknown {
  dependOnEntry(call, argumentsText, entry);
  try {
    return resultOf(call.method, entry);
  } catch (error) {
    call.runtime.faults.report(
      'CACHE_OPTION_FAILED',
      `${call.method.label}: revive threw, so the call bypasses the cache`,
      error,
    );
    return run(call);
  }
}

function bypass(call: MemoizedCall, reason: string, argumentsText?: string): unknown {
  const { runtime, method } = call;
  const result = classify(call, runUncached(call, argumentsText));
  if (!isThenable(result)) {
    const message = `${method.label} is not memoized: it returns no promise, and ${reason}. Declare it async.`;
    runtime.faults.warnAboutUse(`${method.label} ${reason}`, message, 'CACHE_NOT_MEMOIZED');
  }
  return result;
}

/** Records whether the method returns a promise. */
function classify(call: MemoizedCall, result: unknown): unknown {
  call.method.returns = isThenable(result) ? 'promise' : 'value';
  return result;
}
