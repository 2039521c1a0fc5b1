import { SERVERS, type Scenario } from './scenario.js';

const NO_CHAIN = 'its responses do not follow memoized results';

export const chain: Scenario = {
  title: 'responses use memoized results, which use memoized results; changes invalidate the innermost ones, within a change',
  stores: SERVERS,
  isInShort: true,
  assignment: { hasChain: true },
  rounds: 1,
  othersCannot: {
    bentocache: NO_CHAIN,
    'bentocache-l2': NO_CHAIN,
    'type-cacheable': NO_CHAIN,
    'cache-manager': NO_CHAIN,
    'cache-manager-wrap': NO_CHAIN,
  },
};
