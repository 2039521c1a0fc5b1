import { avatarPath, groupPath, userPath } from '../workload.js';
import { SERVERS, type Scenario, type Stage } from './scenario.js';

/** At once, over all processes. */
const CHANGES = 200;
const READS = 200;

/** Bystanders read and change other things meanwhile. Nobody but the bursts touches their groups. */
function manyChanges(what: string, keyOf: (group: string) => string): Scenario {
  return {
    title: `${CHANGES} changes of ${what} at once, and then ${READS} reads of it`,
    stores: SERVERS,
    isInShort: true,
    isCounted: true,
    assignment: { clients: 2 },
    // A few of each process, and more where it loses its claim; all of them where there are no hits afterwards.
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
