import { avatarPath, groupPath, userPath } from '../workload.js';
import { SERVERS, type Scenario, type Stage } from './scenario.js';

/** The number of concurrent changes, in all processes together. */
const CHANGES = 200;
const READS = 200;

/** Other clients read and change other resources meanwhile. Only the bursts use the groups of the bursts. */
function manyChanges(what: string, keyOf: (group: string) => string): Scenario {
  return {
    title: `${CHANGES} changes of ${what} at once, and then ${READS} reads of it`,
    stores: SERVERS,
    isInShort: true,
    isCounted: true,
    assignment: { clients: 2 },
    // Each process may compute a few times, and again if it loses its fill lock. Without hits, every read would compute.
    demands: { computations: READS / 10 },
    rounds: 10,
    shortRounds: 2,
    async round({ pool, round, pause }: Stage) {
      const group = `burst-${round}`;
      const read = { kind: 'read', path: userPath(group, 0) } as const;
      await pool.together(read, READS);
      await pool.together({ kind: 'change', key: keyOf(group), writeKind: 'plain' }, CHANGES);
      await pool.together(read, READS);
      await pause(100);
    },
  };
}

export const manyChangesOfPath = manyChanges('one path', groupPath);
export const manyChangesOfTag = manyChanges('one tag', group => avatarPath(group, 0));
