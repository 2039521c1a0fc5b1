import { answerFromEntry } from './answer.js';
import { collapse } from './collapse.js';
import { Computation } from './compute.js';
import type { Miss } from './miss.js';
import { orStale } from './or-stale.js';
import { runUnrecorded } from './run-unrecorded.js';

/** Answers a missed request: by the computation of another that asks for the same, else by its own. */
export function fill(miss: Miss): unknown {
  const { engine, action, call, address, fence: lease } = miss;
  return collapse<unknown>({
    engine,
    address,
    fence: lease,
    fromEntry: (entry, isCollapsed) =>
      answerFromEntry(engine, action, call, entry, isCollapsed ? { kind: 'collapsed' } : undefined),
    compute: flight =>
      miss.hasLastResort ? orStale(miss, told => new Computation(told, flight).run()) : new Computation(miss, flight).run(),
  });
}

/** Answers a missed HEAD: nobody else's computation is of use to it, nor its own to others. */
export function fillHead(miss: Miss): unknown {
  return miss.hasLastResort ? orStale(miss, runUnrecorded) : runUnrecorded(miss);
}
