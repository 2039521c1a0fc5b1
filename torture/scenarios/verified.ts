import { SERVERS, type Scenario } from './scenario.js';

const NO_VERIFICATION = 'it does not verify hits';

export const verified: Scenario = {
  title: 'every hit is verified (verify: { sample: 1 }); no invalidation is missing, so no hit may be reported',
  // Keyv is not in the list: SQLite refuses most commands of several processes, and the checker finds stale reads without verification.
  stores: [...SERVERS, 'simple'],
  isInShort: true,
  // With fewer changes, more verifications end with a verdict.
  mix: { changes: 0.03 },
  assignment: { overHttp: true, isVerified: true },
  demands: { isVerified: true },
  rounds: 1,
  othersCannot: {
    bentocache: NO_VERIFICATION,
    'bentocache-l2': NO_VERIFICATION,
    'type-cacheable': NO_VERIFICATION,
    'cache-manager': NO_VERIFICATION,
    'cache-manager-wrap': NO_VERIFICATION,
  },
};

/** Each run of a verification computes the whole chain, and changes run within changes. */
export const verifiedChain: Scenario = {
  ...verified,
  title: 'every hit is verified, and responses use memoized results, as in chain',
  assignment: { overHttp: true, isVerified: true, hasChain: true },
};
