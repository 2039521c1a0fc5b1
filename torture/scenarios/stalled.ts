import type { Random } from '../random.js';
import { avatarPath, userPath, type Step } from '../workload.js';
import { SERVERS, type Scenario, type Stage } from './scenario.js';

/** Milliseconds in which an event loop is blocked. */
const STALL_MS = [400, 1200] as const;
const MIX = { changes: 0.3 };

/** The event loop of a process is blocked in the middle of reads and changes. */
export const stalled: Scenario = {
  title: 'the event loop of a process is blocked for 400 to 1,200 ms during reads and changes',
  stores: SERVERS,
  isInShort: true,
  mix: MIX,
  demands: {},
  rounds: 10,
  shortRounds: 4,
  async round({ random, processes, pool, pause }: Stage) {
    await pause(random.between(100, 500));
    const ms = random.between(...STALL_MS);
    pool.stall(random.below(processes), ms);
    await pause(ms);
  },
};

/** A process has to end while its event loop is blocked. Then it runs its last changes, closes the cache, and ends. */
export const stalledClose: Scenario = {
  title: 'a process is blocked for 400 to 1,200 ms, makes its last changes, and closes the cache',
  stores: SERVERS,
  isInShort: true,
  mix: MIX,
  demands: {},
  rounds: 8,
  shortRounds: 3,
  async round({ random, processes, pool, pause }: Stage) {
    await pause(random.between(100, 500));
    await pool.retire(random.below(processes), random.between(...STALL_MS), lastSteps(random));
  },
};

/** Returns changes of resources that the other processes have read. */
function lastSteps(random: Random): Step[] {
  const user = random.below(5);
  const changes = [userPath(0, user), avatarPath(0, user), userPath(1, user)];
  return changes.map(key => ({ kind: 'change', key, writeKind: random.pick(['plain', 'from-code'] as const) }));
}
