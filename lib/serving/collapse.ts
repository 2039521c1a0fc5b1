import type { Address, Claim, Entry, Fence } from '../stores/store.js';
import type { Engine } from './engine.js';
import type { Flight } from './flights.js';
import { inTime } from './in-time.js';

const GRANTED: Claim = { kind: 'granted' };

/** What was looked for in vain, and how it is answered. */
export interface Missed<Answer> {
  readonly engine: Engine;
  readonly address: Address;
  /** Taken by the look-up. */
  readonly fence: Fence;
  /** Answers with what another has computed. @param isCollapsed whether that was waited for */
  fromEntry(entry: Entry, isCollapsed: boolean): Answer | Promise<Answer>;
  /** Answers by a computation of its own. @param flight those who wait for it, where any may */
  compute(flight: Flight | undefined): Answer | Promise<Answer>;
}

/** Answers what was missed: by the computation of another that looked for the same, else by its own. */
export async function collapse<Answer>(missed: Missed<Answer>): Promise<Answer> {
  const { engine, address, fence } = missed;
  const { flights, config } = engine;
  const deadline = performance.now() + config.collapseTimeout * 1000;
  while (!flights.areApart(address.key)) {
    const flight = flights.get(address.key);
    const isJoinable = flight !== undefined && config.collapseTimeout > 0 && engine.store.covers(flight.fence, fence);
    if (!isJoinable) return lead(missed, flights.open(address.key, fence), deadline);

    if (flight.entry !== undefined) {
      engine.release(fence, 'unused');
      return missed.fromEntry(flight.entry, false);
    }
    const landing = await inTime(flight.landed, deadline - performance.now());
    if (landing === 'late') {
      // It may never end: whoever comes next is not to wait for it, nor for the one that takes its place.
      flights.close(address.key, flight);
      flights.noteUnshareable(address.key);
      break;
    }
    if (landing.kind === 'recorded') {
      engine.release(fence, 'unused');
      return missed.fromEntry(landing.entry, true);
    }
    // What could not be shared is computed by each for itself, at once; what was abandoned is taken up by one of those who waited.
    if (landing.kind === 'unshareable') break;
  }
  return missed.compute(undefined);
}

/** Computes for all who wait for the flight, unless another process does. */
async function lead<Answer>(missed: Missed<Answer>, flight: Flight, deadline: number): Promise<Answer> {
  const { engine, address, fence } = missed;
  const { flights, store, config } = engine;
  const isShared = store.claim !== undefined && config.collapseTimeout > 0;
  const claim = isShared ? await claimed(missed, deadline - performance.now()) : GRANTED;
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
    case 'granted':
      return missed.compute(flight);
  }
}

async function claimed({ engine, address, fence }: Missed<unknown>, waitMs: number): Promise<Claim> {
  try {
    return (await engine.store.claim?.(address, fence, waitMs)) ?? GRANTED;
  } catch (error) {
    engine.faults.report('CACHE_STORE_FAILED', 'it could not be told who computes an entry', error);
    return GRANTED;
  }
}
