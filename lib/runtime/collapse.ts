import { Patience } from '../time/deadline.js';
import type { Address, FillLock, Entry, Lease, MaybePromise } from '../stores/store.js';
import type { CacheRuntime } from './cache-runtime.js';
import type { Flight } from './single-flight.js';

const GRANTED: FillLock = { kind: 'granted' };

/** What was looked for in vain, and how it is answered. */
export interface FillRequest<Answer> {
  readonly runtime: CacheRuntime;
  readonly address: Address;
  /** Taken by the look-up. */
  readonly lease: Lease;
  /** Answers with what another has computed. @param isCollapsed whether that was waited for */
  fromEntry(entry: Entry, isCollapsed: boolean): MaybePromise<Answer>;
  /** Answers by a computation of its own. @param flight those who wait for it, where any may */
  fill(flight: Flight | undefined): MaybePromise<Answer>;
}

/** What is asked of the store about who computes. */
type LockRequest = Pick<FillRequest<unknown>, 'runtime' | 'address' | 'lease'>;

/** Answers what was missed: by the computation of another that looked for the same, else by its own, at once where nobody is waited for. */
export function collapse<Answer>(missed: FillRequest<Answer>, patience?: Patience): MaybePromise<Answer> {
  const { runtime, address, lease } = missed;
  const { singleFlight, config } = runtime;
  if (singleFlight.isHitForMiss(address.key)) return missed.fill(undefined);
  const flight = singleFlight.get(address.key);
  const waits = config.collapseTimeout > 0;
  if (waits && flight !== undefined && runtime.store.canShare(flight.lease, lease))
    return join(missed, flight, patience ?? patienceOf(runtime));
  const own = singleFlight.open(address.key, lease);
  return waits && runtime.store.acquireFillLock !== undefined
    ? lead(missed, own, patience ?? patienceOf(runtime))
    : missed.fill(own);
}

function patienceOf({ config }: CacheRuntime): Patience {
  return new Patience(config.collapseTimeout * 1000);
}

/** Waits for the computation of another. */
async function join<Answer>(missed: FillRequest<Answer>, flight: Flight, patience: Patience): Promise<Answer> {
  const { runtime, address, lease } = missed;
  const { singleFlight } = runtime;
  if (flight.entry !== undefined) {
    runtime.release(lease, 'unused');
    return missed.fromEntry(flight.entry, false);
  }
  const result = await patience.wait(flight.settled, 'late');
  if (result === 'late') {
    // It may never end: whoever comes next is not to wait for it, nor for the one that takes its place.
    singleFlight.close(address.key, flight);
    singleFlight.markHitForMiss(address.key);
    return missed.fill(undefined);
  }
  switch (result.kind) {
    case 'recorded':
      runtime.release(lease, 'unused');
      return missed.fromEntry(result.entry, true);
    // What could not be shared is computed by each for itself, at once; what was abandoned is taken up by one of those who waited.
    case 'unshareable':
    case 'failed':
      return missed.fill(undefined);
    case 'abandoned':
      return collapse(missed, patience);
  }
}

/** Computes for all who wait for the flight, unless another process does. */
async function lead<Answer>(missed: FillRequest<Answer>, flight: Flight, patience: Patience): Promise<Answer> {
  const { runtime, address, lease } = missed;
  const { singleFlight } = runtime;
  const claim = await acquireFillLock(missed, patience.leftMs);
  switch (claim.kind) {
    case 'filled':
      runtime.release(lease, 'unused');
      singleFlight.close(address.key, flight);
      flight.settle({ kind: 'recorded', entry: claim.entry });
      return missed.fromEntry(claim.entry, claim.hasWaited);
    case 'hit-for-miss':
      singleFlight.markHitForMiss(address.key);
      singleFlight.close(address.key, flight);
      flight.settle({ kind: 'unshareable' });
      return missed.fill(undefined);
    case 'busy':
    case 'granted':
      return missed.fill(flight);
  }
}

/** Whether another process computes the same. @param waitMs how long to wait for it */
export async function acquireFillLock({ runtime, address, lease }: LockRequest, waitMs: number): Promise<FillLock> {
  try {
    return (await runtime.store.acquireFillLock?.(address, lease, waitMs)) ?? GRANTED;
  } catch (error) {
    runtime.faults.report('CACHE_STORE_FAILED', 'it could not be told who computes an entry', error);
    return GRANTED;
  }
}
