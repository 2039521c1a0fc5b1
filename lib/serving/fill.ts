import type { WireKeeper } from '../edge/wire-keeper.js';
import { answerFromEntry } from './answer.js';
import { collapse } from './collapse.js';
import { Computation } from './compute.js';
import type { Flight } from './flights.js';
import type { Miss } from './miss.js';
import { orStale } from './or-stale.js';
import { runUnrecorded } from './run-unrecorded.js';

/** Answers a missed request: by the computation of another that asks for the same, else by its own. */
export function fill(miss: Miss): unknown {
  const { engine, action, call, address, fence } = miss;
  return collapse<unknown>({
    engine,
    address,
    fence,
    fromEntry: (entry, isCollapsed) =>
      answerFromEntry(engine, action, call, entry, isCollapsed ? { kind: 'collapsed' } : undefined),
    compute: flight => (miss.hasLastResort ? orStale(miss, told => compute(told, flight)) : compute(miss, flight)),
  });
}

/** Answers a missed request by its own computation. @param flight those who wait for it, where any may */
export function compute(miss: Miss, flight: Flight | undefined): unknown {
  const { engine, action, address, visit, call } = miss;
  const run = (keeper: WireKeeper | undefined): unknown => new Computation(miss, flight, keeper).run();
  const failed = (error: unknown): never => {
    // The request passes by: nobody is to wait for a computation that has not begun.
    if (flight !== undefined && !call.hasRun) {
      engine.flights.close(address.key, flight);
      flight.land({ kind: 'failed' });
    }
    throw error;
  };
  try {
    const keeper = visit?.keepComputed(engine, action, address);
    return keeper instanceof Promise ? keeper.then(run).catch(failed) : run(keeper);
  } catch (error) {
    return failed(error);
  }
}

/** Answers a missed HEAD: nobody else's computation is of use to it, nor its own to others. */
export function fillHead(miss: Miss): unknown {
  return miss.hasLastResort ? orStale(miss, runUnrecorded) : runUnrecorded(miss);
}
