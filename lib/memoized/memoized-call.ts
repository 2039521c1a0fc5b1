import { collapse } from '../serving/collapse.js';
import type { Entry, LookupResult, MaybePromise } from '../stores/store.js';
import { isThenable, run, type Call } from './call.js';
import { MemoizedComputation } from './memoized-computation.js';
import { resultOf } from './memoized-result.js';
import { wayOf, type KeyedWay } from './way.js';

/** Answers a call from the cache, else by the method. What is wrong with a store or an option never fails the call. */
export function answerCall(call: Call): unknown {
  if (!call.engine.config.enabled) return run(call);
  return call.method.comes === 'later' ? answerLater(call) : answerAtOnce(call);
}

async function answerLater(call: Call): Promise<unknown> {
  const going = wayOf(call);
  const way = going instanceof Promise ? await going : going;
  if (way.kind === 'past') return run(call);
  const finding = find(call, way);
  // A store in memory answers at once, and nothing may come between its answer and the look for a computation under way.
  const found = finding instanceof Promise ? await finding : finding;
  if (found.kind === 'unreachable') return run(call);
  if (found.kind === 'hit') return fromEntry(call, found.entry);
  const { address } = way;
  const { lease } = found;
  if (way.isForced) return new MemoizedComputation(call, address, lease).run();
  return collapse<unknown>({
    engine: call.engine,
    address,
    fence: lease,
    fromEntry: entry => fromEntry(call, entry),
    compute: flight => new MemoizedComputation(call, address, lease, flight).run(),
  });
}

/** For a method that may return at once: whoever calls it does not wait, so that nothing that answers with a promise can be asked. */
function answerAtOnce(call: Call): unknown {
  const { engine, method } = call;
  const way = wayOf(call);
  if (way instanceof Promise) return runPast(call, 'unless or forcedUpdate answers with a promise');
  if (way.kind === 'past') return observed(call);
  const found = find(call, way);
  if (found instanceof Promise) {
    void found.then(late => {
      if (late.kind === 'miss') engine.release(late.lease, 'unused');
    });
    return runPast(call, 'the store answers with promises');
  }
  // Whether whoever calls a method that has never run expects a promise, only a run can tell.
  if (found.kind === 'hit' && method.comes === 'at-once') return fromEntry(call, found.entry);
  if (found.kind !== 'miss') return observed(call);

  const computation = new MemoizedComputation(call, way.address, found.lease);
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
  const flight = way.isForced ? undefined : engine.flights.open(way.address.key, found.lease);
  return new MemoizedComputation(call, way.address, found.lease, flight).settle(result);
}

function find({ engine }: Call, { address, isForced }: KeyedWay): MaybePromise<LookupResult> {
  return engine.survive<LookupResult>('the store could not be asked, so the call passes by', { kind: 'unreachable' }, () =>
    isForced ? engine.store.lease(address) : engine.store.lookup(address),
  );
}

function fromEntry(call: Call, entry: Entry): unknown {
  try {
    return resultOf(call.method, entry);
  } catch (error) {
    call.engine.faults.report('CACHE_OPTION_FAILED', `${call.method.label}: revive threw, so the call passes by`, error);
    return run(call);
  }
}

function runPast(call: Call, reason: string): unknown {
  const { engine, method } = call;
  const result = observed(call);
  if (!isThenable(result)) {
    const message = `${method.label} is not memoized: it returns at once, and ${reason}. Declare it async.`;
    engine.faults.advise(`${method.label} ${reason}`, message, 'CACHE_NOT_MEMOIZED');
  }
  return result;
}

/** Runs the method, and learns whether its results come with promises. */
function observed(call: Call): unknown {
  const result = run(call);
  call.method.comes = isThenable(result) ? 'later' : 'at-once';
  return result;
}
