import { REDIS, type Scenario } from './scenario.js';

const NO_EDGE = 'it has no part that answers before the application';

export const edge: Scenario = {
  title: 'hits are answered before the application (cache.edge)',
  stores: [...REDIS, 'memcached'],
  isInShort: true,
  assignment: { overHttp: true, hasEdge: true },
  demands: {},
  rounds: 1,
  othersCannot: {
    bentocache: NO_EDGE,
    'bentocache-l2': NO_EDGE,
    'type-cacheable': NO_EDGE,
    'cache-manager': NO_EDGE,
    'cache-manager-wrap': NO_EDGE,
  },
};
