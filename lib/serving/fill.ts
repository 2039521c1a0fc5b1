import { answerFromEntry } from './answer.js';
import { collapse } from './collapse.js';
import { Computation } from './compute.js';
import type { Miss } from './miss.js';

/** Answers a missed request: by the computation of another that asks for the same, else by its own. */
export function fill(miss: Miss): unknown {
  const { engine, action, call, address, fence } = miss;
  return collapse<unknown>({
    engine,
    address,
    fence,
    fromEntry: (entry, isCollapsed) =>
      answerFromEntry(engine, action, call, entry, isCollapsed ? { kind: 'collapsed' } : undefined),
    compute: flight => new Computation(miss, flight).run(),
  });
}
