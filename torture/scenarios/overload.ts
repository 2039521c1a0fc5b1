import { userPath } from '../workload.js';
import { SERVERS, type Scenario, type Stage } from './scenario.js';

/** The number of concurrent requests, in all processes together. */
const REQUESTS = 1000;

/** Returns the path of a resource that no request has read before. */
function coldPath(round: number): string {
  return userPath(`cold-${round}`, 0);
}

const base = {
  stores: SERVERS,
  isInShort: true,
  isCounted: true,
  // The handlers take long enough for all requests to arrive meanwhile.
  assignment: { clients: 0, overHttp: true, handlerMs: 400 },
  rounds: 10,
  shortRounds: 3,
} as const;

/** The processes have used their store before. */
export const overload: Scenario = {
  ...base,
  title: '1,000 requests at once for one resource that is not in the store',
  demands: { computations: 2 },
  async round({ pool, round }: Stage) {
    if (round === 1) await pool.together({ kind: 'read', path: userPath('warm', 0) }, 100);
    await pool.together({ kind: 'read', path: coldPath(round) }, REQUESTS);
  },
};

/** The processes have never used their store, so each may compute once. */
export const overloadStarted: Scenario = {
  ...base,
  title: 'the same, of processes that have just started',
  // The processes reach the store one after the other, on a busy machine within seconds.
  assignment: { ...base.assignment, handlerMs: 4000 },
  demands: { computations: 4 },
  async round({ pool, round }: Stage) {
    if (round > 1) await pool.replaceAll();
    await pool.together({ kind: 'read', path: coldPath(round) }, REQUESTS);
  },
};
