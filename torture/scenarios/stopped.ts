import { SERVERS, type Scenario, type Stage } from './scenario.js';

/** Milliseconds in which the process does not run. Its write intent expires in this time. */
const STOPPED_MS = 38_000;

/** The process is stopped, like a virtual machine that is moved, or a computer that sleeps. */
export const stopped: Scenario = {
  title: 'a process is stopped for 38 s in a change, before or after its commit, and then continues',
  stores: SERVERS,
  // A write intent lives for 30 seconds, and no option changes that.
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
