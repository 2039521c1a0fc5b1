import { REDIS, type Scenario } from './scenario.js';

const NO_GRACE = 'it serves nothing that has expired';

export const grace: Scenario = {
  title: 'responses expire after a second and are served for a while after that, and handlers fail now and then',
  stores: [...REDIS, 'memcached'],
  isInShort: true,
  // Long enough for what is read to expire.
  mix: { changes: 0.02 },
  assignment: { clients: 4, failing: 0.2, hasGrace: true },
  demands: {},
  rounds: 200,
  shortRounds: 100,
  othersCannot: { 'type-cacheable': NO_GRACE, 'cache-manager': NO_GRACE, 'cache-manager-wrap': NO_GRACE },
};
