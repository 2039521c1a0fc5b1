import { answer } from './answer.js';
import { Computation, type Miss } from './compute.js';
import type { Flight, Landing } from './flights.js';

/** Answers a missed request: by the computation of another that asks for the same, else by its own. */
export async function fill(miss: Miss): Promise<unknown> {
  const { engine, call, address, fence } = miss;
  const { flights, config } = engine;
  const deadline = performance.now() + config.collapseTimeout * 1000;
  while (!flights.areApart(address.key)) {
    const flight = flights.get(address.key);
    const isJoinable = flight !== undefined && config.collapseTimeout > 0 && engine.store.covers(flight.fence, fence);
    if (!isJoinable) return new Computation(miss, flights.open(address.key, fence)).run();

    const landing = await landingOf(flight, deadline - performance.now());
    if (landing === 'late') {
      // It may never end: whoever comes next is not to wait for it, nor for the one that takes its place.
      flights.close(address.key, flight);
      flights.noteUnshareable(address.key);
      break;
    }
    if (landing.kind === 'recorded') {
      engine.release(fence);
      return answer(engine, miss.action, call, landing.response, 0, { kind: 'collapsed' });
    }
    // What could not be shared is computed by each for itself, at once; what was abandoned is taken up by one of those who waited.
    if (landing.kind === 'unshareable') break;
  }
  return new Computation(miss, undefined).run();
}

/** What the flight came to, if it does in time. */
async function landingOf(flight: Flight, waitMs: number): Promise<Landing | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>(resolve => {
    timer = setTimeout(resolve, Math.max(0, waitMs), 'late');
  });
  try {
    return await Promise.race([flight.landed, late]);
  } finally {
    clearTimeout(timer);
  }
}
