import { collapse } from '../serving/collapse.js';
import type { Entry, LookupResult, MaybePromise } from '../stores/store.js';
import { isThenable, run, type Call } from './call.js';
import { MemoizedComputation } from './memoized-computation.js';
import { resultOf } from './memoized-result.js';
import { wayOf, type KeyedWay } from './way.js';

/** Answers a call from the cache, else by the method. What is wrong with a store or an option never fails the call. */
export function answerCall(call: Call): unknown {
  if (!call.runtime.config.enabled) return run(call);
  return call.method.comes === 'later' ? answerLater(call) : answerAtOnce(call);
}

async function answerLater(call: Call): Promise<unknown> {
  const going = wayOf(call);
  const decision = going instanceof Promise ? await going : going;
  if (decision.kind === 'bypass') return run(call);
  const finding = find(call, decision);
  // A store in memory answers at once, and nothing may come between its answer and the look for a computation under way.
  const found = finding instanceof Promise ? await finding : finding;
  if (found.kind === 'unreachable') return run(call);
  if (found.kind === 'hit') return fromEntry(call, found.entry);
  const { address } = decision;
  const { lease } = found;
  if (decision.isForced) return new MemoizedComputation(call, address, lease).run();
  return collapse<unknown>({
    runtime: call.runtime,
    address,
    lease,
    fromEntry: entry => fromEntry(call, entry),
    compute: flight => new MemoizedComputation(call, address, lease, flight).run(),
  });
}

/** For a method that may return at once: whoever calls it does not wait, so that nothing that answers with a promise can be asked. */
function answerAtOnce(call: Call): unknown {
  const { runtime, method } = call;
  const decision = wayOf(call);
  if (decision instanceof Promise) return runPast(call, 'unless or forcedUpdate answers with a promise');
  if (decision.kind === 'bypass') return observed(call);
  const found = find(call, decision);
  if (found instanceof Promise) {
    void found.then(late => {
      if (late.kind === 'miss') runtime.release(late.lease, 'unused');
    });
    return runPast(call, 'the store answers with promises');
  }
  // Whether whoever calls a method that has never run expects a promise, only a run can tell.
  if (found.kind === 'hit' && method.comes === 'at-once') return fromEntry(call, found.entry);
  if (found.kind !== 'miss') return observed(call);

  const computation = new MemoizedComputation(call, decision.address, found.lease);
  let result: unknown;
  try {
    result = observed(call);
  } catch (error) {
    computation.giveUp();
    throw error;
  }
  if (!isThenable(result)) {
    void computation.keep(result);
    return result;
  }
  const flight = decision.isForced ? undefined : runtime.singleFlight.open(decision.address.key, found.lease);
  return new MemoizedComputation(call, decision.address, found.lease, flight).settle(result);
}

function find({ runtime }: Call, { address, isForced }: KeyedWay): MaybePromise<LookupResult> {
  return runtime.survive<LookupResult>('the store could not be asked, so the call passes by', { kind: 'unreachable' }, () =>
    isForced ? runtime.store.lease(address) : runtime.store.lookup(address),
  );
}

function fromEntry(call: Call, entry: Entry): unknown {
  try {
    return resultOf(call.method, entry);
  } catch (error) {
    call.runtime.faults.report('CACHE_OPTION_FAILED', `${call.method.label}: revive threw, so the call passes by`, error);
    return run(call);
  }
}

function runPast(call: Call, reason: string): unknown {
  const { runtime, method } = call;
  const result = observed(call);
  if (!isThenable(result)) {
    const message = `${method.label} is not memoized: it returns at once, and ${reason}. Declare it async.`;
    runtime.faults.warnAboutUse(`${method.label} ${reason}`, message, 'CACHE_NOT_MEMOIZED');
  }
  return result;
}

/** Runs the method, and learns whether its results come with promises. */
function observed(call: Call): unknown {
  const result = run(call);
  call.method.comes = isThenable(result) ? 'later' : 'at-once';
  return result;
}
