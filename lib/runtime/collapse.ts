import { Patience } from '../time/deadline.js';
import type { Address, FillLock, Entry, Lease, MaybePromise } from '../stores/store.js';
import type { CacheRuntime } from './cache-runtime.js';
import type { Flight } from './single-flight.js';

const GRANTED: FillLock = { kind: 'granted' };

/** A miss, and the ways to answer it. */
export interface FillRequest<Answer> {
  readonly runtime: CacheRuntime;
  readonly address: Address;
  /** The lease of the look-up. */
  readonly lease: Lease;
  /** Answers with the entry of another fill. @param isCollapsed true if the request waited for it */
  fromEntry(entry: Entry, isCollapsed: boolean): MaybePromise<Answer>;
  /** Answers with a fill of its own. @param flight the flight of this fill, if other requests may wait for it */
  fill(flight: Flight | undefined): MaybePromise<Answer>;
}

/** The part of a miss that the fill lock needs. */
type LockRequest = Pick<FillRequest<unknown>, 'runtime' | 'address' | 'lease'>;

/**
 * Answers a miss with the fill of another request for the same key, else with its own. Synchronous if there is no reason to
 * wait.
 */
export function collapse<Answer>(missed: FillRequest<Answer>, patience?: Patience): MaybePromise<Answer> {
  const { runtime, address, lease } = missed;
  const { singleFlight, config } = runtime;
  if (singleFlight.isHitForMiss(address.key)) return missed.fill(undefined);
  const flight = singleFlight.get(address.key);
  const waits = config.collapseTimeout > 0;
  if (waits && flight !== undefined && runtime.store.canShare(flight.lease, lease))
    return follow(missed, flight, patience ?? patienceOf(runtime));
  const own = singleFlight.open(address.key, lease);
  return waits && runtime.store.acquireFillLock !== undefined
    ? lead(missed, own, patience ?? patienceOf(runtime))
    : missed.fill(own);
}

function patienceOf({ config }: CacheRuntime): Patience {
  return new Patience(config.collapseTimeout * 1000);
}

/** Waits for the fill of another request. */
async function follow<Answer>(missed: FillRequest<Answer>, flight: Flight, patience: Patience): Promise<Answer> {
  const { runtime, address, lease } = missed;
  const { singleFlight } = runtime;
  if (flight.entry !== undefined) {
    runtime.release(lease, 'unused');
    return missed.fromEntry(flight.entry, false);
  }
  const result = await patience.wait(flight.settled, 'timeout');
  if (result === 'timeout') {
    // The fill may never end. Later requests wait neither for it nor for its successor.
    singleFlight.close(address.key, flight);
    singleFlight.markHitForMiss(address.key);
    return missed.fill(undefined);
  }
  switch (result.kind) {
    case 'recorded':
      runtime.release(lease, 'unused');
      return missed.fromEntry(result.entry, true);
    // After an unshareable response, each waiting request fills at once. After an abandoned fill, one of them leads the next.
    case 'unshareable':
    case 'failed':
      return missed.fill(undefined);
    case 'abandoned':
      return collapse(missed, patience);
  }
}

/** Fills for all waiting requests, unless another process fills. */
async function lead<Answer>(missed: FillRequest<Answer>, flight: Flight, patience: Patience): Promise<Answer> {
  const { runtime, address, lease } = missed;
  const { singleFlight } = runtime;
  const lock = await acquireFillLock(missed, patience.leftMs);
  switch (lock.kind) {
    case 'filled':
      runtime.release(lease, 'unused');
      singleFlight.close(address.key, flight);
      flight.settle({ kind: 'recorded', entry: lock.entry });
      return missed.fromEntry(lock.entry, lock.hasWaited);
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

/** Acquires the lock on the fill across processes. @param waitMs milliseconds to wait for the fill of another process */
export async function acquireFillLock({ runtime, address, lease }: LockRequest, waitMs: number): Promise<FillLock> {
  try {
    return (await runtime.store.acquireFillLock?.(address, lease, waitMs)) ?? GRANTED;
  } catch (error) {
    runtime.faults.report('CACHE_STORE_FAILED', 'the fill lock of an entry could not be acquired', error);
    return GRANTED;
  }
}
