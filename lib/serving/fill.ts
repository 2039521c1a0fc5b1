import type { Claim } from '../stores/store.js';
import { answerFromEntry } from './answer.js';
import { Computation, type Miss } from './compute.js';
import type { Flight } from './flights.js';
import { inTime } from './in-time.js';

const GRANTED: Claim = { kind: 'granted' };

/** Answers a missed request: by the computation of another that asks for the same, else by its own. */
export async function fill(miss: Miss): Promise<unknown> {
  const { engine, call, address, fence } = miss;
  const { flights, config } = engine;
  const deadline = performance.now() + config.collapseTimeout * 1000;
  while (!flights.areApart(address.key)) {
    const flight = flights.get(address.key);
    const isJoinable = flight !== undefined && config.collapseTimeout > 0 && engine.store.covers(flight.fence, fence);
    if (!isJoinable) return lead(miss, flights.open(address.key, fence), deadline);

    if (flight.entry !== undefined) {
      engine.release(fence, 'unused');
      return answerFromEntry(engine, miss.action, call, flight.entry);
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
      return answerFromEntry(engine, miss.action, call, landing.entry, { kind: 'collapsed' });
    }
    // What could not be shared is computed by each for itself, at once; what was abandoned is taken up by one of those who waited.
    if (landing.kind === 'unshareable') break;
  }
  return new Computation(miss, undefined).run();
}

/** Computes for all who wait for the flight, unless another process does. */
async function lead(miss: Miss, flight: Flight, deadline: number): Promise<unknown> {
  const { engine, action, call, address, fence } = miss;
  const { flights, store, config } = engine;
  const isShared = store.claim !== undefined && config.collapseTimeout > 0;
  const claim = isShared ? await claimed(miss, deadline - performance.now()) : GRANTED;
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
