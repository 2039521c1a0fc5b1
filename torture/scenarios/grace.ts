import { REDIS, type Scenario } from './scenario.js';

const NO_GRACE = 'it serves no expired entry';

export const grace: Scenario = {
  title: 'responses expire after a second and are then served stale for some time, and every fifth handler fails',
  stores: [...REDIS, 'memcached'],
  isInShort: true,
  // With few changes, entries live long enough to expire.
  mix: { changes: 0.02 },
  assignment: { clients: 4, failing: 0.2, hasGrace: true },
  demands: {},
  rounds: 200,
  shortRounds: 100,
  othersCannot: { 'type-cacheable': NO_GRACE, 'cache-manager': NO_GRACE, 'cache-manager-wrap': NO_GRACE },
};
