import { SERVERS, type Scenario, type Stage } from './scenario.js';

/** Milliseconds for which the process does not run: what it has announced has lapsed by then. */
const STOPPED_MS = 38_000;

/** As a virtual machine that is moved, or a computer that sleeps. */
export const stopped: Scenario = {
  title: 'a process is stopped for 38 s in the middle of a change, before its commit or after it, and goes on',
  stores: SERVERS,
  // An announcement lives for 30 seconds, which nobody can set.
  isInShort: false,
  isCounted: true,
  mix: { slow: 0.6 },
  assignment: { clients: 2 },
  demands: {},
  rounds: 2,
  async round({ random, processes, pool, round, pause }: Stage) {
    await pause(500);
    await pool.stopAtNextCommit(random.below(processes), round % 2 === 0, STOPPED_MS);
    await pause(1500);
  },
};
