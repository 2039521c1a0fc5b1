import { SERVERS, type Scenario, type Stage } from './scenario.js';

const MINUTE_MS = 60_000;
/** The milliseconds by place. The list repeats. */
const AHEAD_MS = [0, MINUTE_MS, -MINUTE_MS, 0] as const;

/** Processes die between a change and its invalidation, and the processes that read have other clocks. */
export const clocks: Scenario = {
  title: 'clocks differ by a minute and more, and processes die between a change and its invalidation',
  stores: SERVERS,
  isInShort: true,
  // Few and slow changes leave time for reads during a change, and for hits after it.
  mix: { changes: 0.04, hot: 0.1, slow: 0.6, tagged: 0.6 },
  aheadMs: place => AHEAD_MS[place % AHEAD_MS.length]!,
  demands: {},
  rounds: 16,
  async round({ random, processes, pool, pause }: Stage) {
    await pause(random.between(100, 600));
    await pool.killAtNextCommit(random.below(processes));
  },
};
