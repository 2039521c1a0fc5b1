import { collapse } from '../runtime/collapse.js';
import type { Entry, LookupResult, MaybePromise } from '../stores/store.js';
import { isThenable } from '../runtime/thenable.js';
import { run, type MemoizedCall } from './call.js';
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
  if (decision.kind === 'bypass') return run(call);
  const pending = lookUp(call, decision);
  // A store in memory answers synchronously. An `await` here would let an invalidation run between the look-up and `collapse`.
  const found = pending instanceof Promise ? await pending : pending;
  if (found.kind === 'unreachable') return run(call);
  if (found.kind === 'hit') return fromEntry(call, found.entry);
  const { address } = decision;
  const { lease } = found;
  if (decision.isForced) return new MemoizedFill(call, address, lease).run();
  return collapse<unknown>({
    runtime: call.runtime,
    address,
    lease,
    fromEntry: entry => fromEntry(call, entry),
    fill: flight => new MemoizedFill(call, address, lease, flight).run(),
  });
}

/** Answers a call whose caller may not await it. So only a store and options that answer synchronously can be used. */
function answerSync(call: MemoizedCall): unknown {
  const { runtime, method } = call;
  const decision = decideCall(call);
  if (decision instanceof Promise) return bypass(call, 'unless or forcedUpdate returns a promise');
  if (decision.kind === 'bypass') return runAndClassify(call);
  const found = lookUp(call, decision);
  if (found instanceof Promise) {
    void found.then(late => {
      if (late.kind === 'miss') runtime.release(late.lease, 'unused');
    });
    return bypass(call, 'the store answers with promises');
  }
  // Before the first run it is unknown whether the caller expects a promise.
  if (found.kind === 'hit' && method.returns === 'value') return fromEntry(call, found.entry);
  if (found.kind !== 'miss') return runAndClassify(call);

  const fill = new MemoizedFill(call, decision.address, found.lease);
  let result: unknown;
  try {
    result = runAndClassify(call);
  } catch (error) {
    fill.settleUnstored();
    throw error;
  }
  if (!isThenable(result)) {
    void fill.store(result);
    return result;
  }
  const flight = decision.isForced ? undefined : runtime.singleFlight.open(decision.address.key, found.lease);
  return new MemoizedFill(call, decision.address, found.lease, flight).settle(result);
}

function lookUp({ runtime }: MemoizedCall, { address, isForced }: KeyedCall): MaybePromise<LookupResult> {
  return runtime.survive<LookupResult>('the look-up failed, so the call bypasses the cache', { kind: 'unreachable' }, () =>
    isForced ? runtime.store.lease(address) : runtime.store.lookup(address),
  );
}

function fromEntry(call: MemoizedCall, entry: Entry): unknown {
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

function bypass(call: MemoizedCall, reason: string): unknown {
  const { runtime, method } = call;
  const result = runAndClassify(call);
  if (!isThenable(result)) {
    const message = `${method.label} is not memoized: it returns no promise, and ${reason}. Declare it async.`;
    runtime.faults.warnAboutUse(`${method.label} ${reason}`, message, 'CACHE_NOT_MEMOIZED');
  }
  return result;
}

/** Runs the method, and records whether it returns a promise. */
function runAndClassify(call: MemoizedCall): unknown {
  const result = run(call);
  call.method.returns = isThenable(result) ? 'promise' : 'value';
  return result;
}
