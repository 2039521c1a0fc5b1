import { userPath } from '../workload.js';
import { SERVERS, type Scenario, type Stage } from './scenario.js';

/** At once, over all processes. */
const REQUESTS = 1000;

/** Nobody has asked for it before. */
function coldPath(round: number): string {
  return userPath(`cold-${round}`, 0);
}

const base = {
  stores: SERVERS,
  isInShort: true,
  isCounted: true,
  // Handlers that take long enough for all to have come.
  assignment: { clients: 0, overHttp: true, handlerMs: 400 },
  rounds: 10,
  shortRounds: 3,
} as const;

/** Processes that have found their store before. */
export const overload: Scenario = {
  ...base,
  title: '1,000 requests at once for one resource that is not in the store',
  demands: { computations: 2 },
  async round({ pool, round }: Stage) {
    if (round === 1) await pool.together({ kind: 'read', path: userPath('warm', 0) }, 100);
    await pool.together({ kind: 'read', path: coldPath(round) }, REQUESTS);
  },
};

/** Processes that have never asked their store: each may compute once. */
export const overloadStarted: Scenario = {
  ...base,
  title: 'the same, of processes that have just started',
  // They come to ask one after the other, on a busy machine within seconds.
  assignment: { ...base.assignment, handlerMs: 4000 },
  demands: { computations: 4 },
  async round({ pool, round }: Stage) {
    if (round > 1) await pool.replaceAll();
    await pool.together({ kind: 'read', path: coldPath(round) }, REQUESTS);
  },
};
