import { collapse } from '../runtime/collapse.js';
import type { Entry, LookupResult, MaybePromise } from '../stores/store.js';
import { isThenable } from '../runtime/thenable.js';
import { run, type MemoizedCall } from './call.js';
import { MemoizedFill } from './memoized-fill.js';
import { resultOf } from './memoized-result.js';
import { decideCall, type KeyedCall } from './call-decision.js';

/** Answers a call from the cache, else by the method. What is wrong with a store or an option never fails the call. */
export function answerCall(call: MemoizedCall): unknown {
  if (!call.runtime.config.enabled) return run(call);
  return call.method.returns === 'later' ? answerAsync(call) : answerSync(call);
}

async function answerAsync(call: MemoizedCall): Promise<unknown> {
  const going = decideCall(call);
  const decision = going instanceof Promise ? await going : going;
  if (decision.kind === 'bypass') return run(call);
  const finding = find(call, decision);
  // A store in memory answers at once, and nothing may come between its answer and the look for a computation under way.
  const found = finding instanceof Promise ? await finding : finding;
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

/** For a method that may return at once: whoever calls it does not wait, so that nothing that answers with a promise can be asked. */
function answerSync(call: MemoizedCall): unknown {
  const { runtime, method } = call;
  const decision = decideCall(call);
  if (decision instanceof Promise) return bypass(call, 'unless or forcedUpdate answers with a promise');
  if (decision.kind === 'bypass') return runAndClassify(call);
  const found = find(call, decision);
  if (found instanceof Promise) {
    void found.then(late => {
      if (late.kind === 'miss') runtime.release(late.lease, 'unused');
    });
    return bypass(call, 'the store answers with promises');
  }
  // Whether whoever calls a method that has never run expects a promise, only a run can tell.
  if (found.kind === 'hit' && method.returns === 'at-once') return fromEntry(call, found.entry);
  if (found.kind !== 'miss') return runAndClassify(call);

  const computation = new MemoizedFill(call, decision.address, found.lease);
  let result: unknown;
  try {
    result = runAndClassify(call);
  } catch (error) {
    computation.settleUnstored();
    throw error;
  }
  if (!isThenable(result)) {
    void computation.keep(result);
    return result;
  }
  const flight = decision.isForced ? undefined : runtime.singleFlight.open(decision.address.key, found.lease);
  return new MemoizedFill(call, decision.address, found.lease, flight).settle(result);
}

function find({ runtime }: MemoizedCall, { address, isForced }: KeyedCall): MaybePromise<LookupResult> {
  return runtime.survive<LookupResult>('the store could not be asked, so the call passes by', { kind: 'unreachable' }, () =>
    isForced ? runtime.store.lease(address) : runtime.store.lookup(address),
  );
}

function fromEntry(call: MemoizedCall, entry: Entry): unknown {
  try {
    return resultOf(call.method, entry);
  } catch (error) {
    call.runtime.faults.report('CACHE_OPTION_FAILED', `${call.method.label}: revive threw, so the call passes by`, error);
    return run(call);
  }
}

function bypass(call: MemoizedCall, reason: string): unknown {
  const { runtime, method } = call;
  const result = runAndClassify(call);
  if (!isThenable(result)) {
    const message = `${method.label} is not memoized: it returns at once, and ${reason}. Declare it async.`;
    runtime.faults.warnAboutUse(`${method.label} ${reason}`, message, 'CACHE_NOT_MEMOIZED');
  }
  return result;
}

/** Runs the method, and learns whether its results come with promises. */
function runAndClassify(call: MemoizedCall): unknown {
  const result = run(call);
  call.method.returns = isThenable(result) ? 'later' : 'at-once';
  return result;
}
