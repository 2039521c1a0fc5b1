import { Patience } from '../deadline.js';
import type { Address, Claim, Entry, Fence, MaybePromise } from '../stores/store.js';
import type { Engine } from './engine.js';
import type { Flight } from './flights.js';

const GRANTED: Claim = { kind: 'granted' };

/** What was looked for in vain, and how it is answered. */
export interface Missed<Answer> {
  readonly engine: Engine;
  readonly address: Address;
  /** Taken by the look-up. */
  readonly fence: Fence;
  /** Answers with what another has computed. @param isCollapsed whether that was waited for */
  fromEntry(entry: Entry, isCollapsed: boolean): MaybePromise<Answer>;
  /** Answers by a computation of its own. @param flight those who wait for it, where any may */
  compute(flight: Flight | undefined): MaybePromise<Answer>;
}

/** What is asked of the store about who computes. */
type Claimable = Pick<Missed<unknown>, 'engine' | 'address' | 'fence'>;

/** Answers what was missed: by the computation of another that looked for the same, else by its own, at once where nobody is waited for. */
export function collapse<Answer>(missed: Missed<Answer>, patience?: Patience): MaybePromise<Answer> {
  const { engine, address, fence } = missed;
  const { flights, config } = engine;
  if (flights.areApart(address.key)) return missed.compute(undefined);
  const flight = flights.get(address.key);
  const waits = config.collapseTimeout > 0;
  if (waits && flight !== undefined && engine.store.covers(flight.fence, fence))
    return join(missed, flight, patience ?? patienceOf(engine));
  const own = flights.open(address.key, fence);
  return waits && engine.store.claim !== undefined ? lead(missed, own, patience ?? patienceOf(engine)) : missed.compute(own);
}

function patienceOf({ config }: Engine): Patience {
  return new Patience(config.collapseTimeout * 1000);
}

/** Waits for the computation of another. */
async function join<Answer>(missed: Missed<Answer>, flight: Flight, patience: Patience): Promise<Answer> {
  const { engine, address, fence } = missed;
  const { flights } = engine;
  if (flight.entry !== undefined) {
    engine.release(fence, 'unused');
    return missed.fromEntry(flight.entry, false);
  }
  const landing = await patience.wait(flight.landed, 'late');
  if (landing === 'late') {
    // It may never end: whoever comes next is not to wait for it, nor for the one that takes its place.
    flights.close(address.key, flight);
    flights.noteUnshareable(address.key);
    return missed.compute(undefined);
  }
  switch (landing.kind) {
    case 'recorded':
      engine.release(fence, 'unused');
      return missed.fromEntry(landing.entry, true);
    // What could not be shared is computed by each for itself, at once; what was abandoned is taken up by one of those who waited.
    case 'unshareable':
    case 'failed':
      return missed.compute(undefined);
    case 'abandoned':
      return collapse(missed, patience);
  }
}

/** Computes for all who wait for the flight, unless another process does. */
async function lead<Answer>(missed: Missed<Answer>, flight: Flight, patience: Patience): Promise<Answer> {
  const { engine, address, fence } = missed;
  const { flights } = engine;
  const claim = await claimed(missed, patience.leftMs);
  switch (claim.kind) {
    case 'found':
      engine.release(fence, 'unused');
      flights.close(address.key, flight);
      flight.land({ kind: 'recorded', entry: claim.entry });
      return missed.fromEntry(claim.entry, claim.hasWaited);
    case 'apart':
      flights.noteUnshareable(address.key);
      flights.close(address.key, flight);
      flight.land({ kind: 'unshareable' });
      return missed.compute(undefined);
    case 'taken':
    case 'granted':
      return missed.compute(flight);
  }
}

/** Whether another process computes the same. @param waitMs how long to wait for it */
export async function claimed({ engine, address, fence }: Claimable, waitMs: number): Promise<Claim> {
  try {
    return (await engine.store.claim?.(address, fence, waitMs)) ?? GRANTED;
  } catch (error) {
    engine.faults.report('CACHE_STORE_FAILED', 'it could not be told who computes an entry', error);
    return GRANTED;
  }
}
