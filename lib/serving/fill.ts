import type { Claim } from '../stores/store.js';
import { answerFromEntry } from './answer.js';
import { Computation } from './compute.js';
import type { Flight } from './flights.js';
import { inTime } from './in-time.js';
import type { Miss } from './miss.js';

const GRANTED: Claim = { kind: 'granted' };

/** Answers a missed request: by the computation of another that asks for the same, else by its own, at once where nobody is waited for. */
export function fill(miss: Miss, deadline?: number): unknown {
  const { engine, address, fence } = miss;
  const { flights, config } = engine;
  if (flights.areApart(address.key)) return new Computation(miss, undefined).run();
  const flight = flights.get(address.key);
  const waits = config.collapseTimeout > 0;
  if (waits && flight !== undefined && engine.store.covers(flight.fence, fence))
    return join(miss, flight, deadline ?? deadlineOf(miss));
  const own = flights.open(address.key, fence);
  return waits && engine.store.claim !== undefined
    ? lead(miss, own, deadline ?? deadlineOf(miss))
    : new Computation(miss, own).run();
}

/** Milliseconds on the clock of `performance`. */
function deadlineOf({ engine }: Miss): number {
  return performance.now() + engine.config.collapseTimeout * 1000;
}

/** Waits for the computation of another. */
async function join(miss: Miss, flight: Flight, deadline: number): Promise<unknown> {
  const { engine, action, call, address, fence } = miss;
  const { flights } = engine;
  if (flight.entry !== undefined) {
    engine.release(fence, 'unused');
    return answerFromEntry(engine, action, call, flight.entry);
  }
  const landing = await inTime(flight.landed, deadline - performance.now());
  if (landing === 'late') {
    // It may never end: whoever comes next is not to wait for it, nor for the one that takes its place.
    flights.close(address.key, flight);
    flights.noteUnshareable(address.key);
    return new Computation(miss, undefined).run();
  }
  switch (landing.kind) {
    case 'recorded':
      engine.release(fence, 'unused');
      return answerFromEntry(engine, action, call, landing.entry, { kind: 'collapsed' });
    // What could not be shared is computed by each for itself, at once; what was abandoned is taken up by one of those who waited.
    case 'unshareable':
      return new Computation(miss, undefined).run();
    case 'abandoned':
      return fill(miss, deadline);
  }
}

/** Computes for all who wait for the flight, unless another process does. */
async function lead(miss: Miss, flight: Flight, deadline: number): Promise<unknown> {
  const { engine, action, call, address, fence } = miss;
  const { flights } = engine;
  const claim = await claimed(miss, deadline - performance.now());
  switch (claim.kind) {
    case 'found':
      engine.release(fence, 'unused');
      flights.close(address.key, flight);
      flight.land({ kind: 'recorded', entry: claim.entry });
      return answerFromEntry(engine, action, call, claim.entry, claim.hasWaited ? { kind: 'collapsed' } : undefined);
    case 'apart':
      flights.noteUnshareable(address.key);
      flights.close(address.key, flight);
      flight.land({ kind: 'unshareable' });
      return new Computation(miss, undefined).run();
    case 'granted':
      return new Computation(miss, flight).run();
  }
}

async function claimed({ engine, address, fence }: Miss, waitMs: number): Promise<Claim> {
  try {
    return (await engine.store.claim?.(address, fence, waitMs)) ?? GRANTED;
  } catch (error) {
    engine.faults.report('CACHE_STORE_FAILED', 'it could not be told who computes a response', error);
    return GRANTED;
  }
}
