import type { Change, Read } from '../../torture/operation-log.js';
import { failuresOf } from '../../torture/demands.js';

const changed: Change = {
  ...{ kind: 'change', worker: 0, key: '/groups/1', version: 1, startMs: 0, endMs: 1 },
  ...{ outcome: 'acknowledged', isUndelivered: false, isAnnounced: true },
};
const hit: Read = {
  ...{ kind: 'read', worker: 0, path: '/groups/1', startMs: 0, endMs: 1 },
  ...{ outcome: 'hit', versions: {}, remark: '' },
};
const seen = { reads: [hit], changes: [changed], bursts: [{ requests: 100, computations: 2 }], verified: {} };

describe('the demands on a cache with a healthy store', () => {
  it('are met when nothing is refused, all is delivered, and handlers run no more often than allowed', () => {
    expect(failuresOf(seen, { computations: 2 })).toEqual([]);
  });

  it.each(['refused', 'unacknowledged'] as const)('are not met with a change that ended as %s', outcome => {
    expect(failuresOf({ ...seen, changes: [changed, { ...changed, outcome }] }, {})).toEqual([
      '1 of 2 changes were refused although the store was healthy',
    ]);
  });

  it('are not met with a change that was acknowledged undelivered', () => {
    expect(failuresOf({ ...seen, changes: [{ ...changed, isUndelivered: true }] }, {})).toEqual([
      '1 of 1 changes were acknowledged undelivered although the store was healthy',
    ]);
  });

  it('are not met when the handler ran more often in one burst', () => {
    const bursts = [...seen.bursts, { requests: 100, computations: 3 }];
    expect(failuresOf({ ...seen, bursts }, { computations: 2 })).toEqual(['the handler ran 3 times in one burst, not 2']);
  });

  it('are not met when reads bypassed the cache, where computations are bounded', () => {
    const reads: Read[] = [hit, { ...hit, outcome: 'bypass' }];
    expect(failuresOf({ ...seen, reads }, { computations: 2 })).toEqual(['1 of 2 reads bypassed the cache']);
    expect(failuresOf({ ...seen, reads }, {})).toEqual([]);
  });

  it('are not met with a verified hit that is reported, or without any verified hit', () => {
    const demands = { isVerified: true };
    expect(failuresOf({ ...seen, verified: { same: 5 } }, demands)).toEqual([]);
    expect(failuresOf({ ...seen, verified: { same: 5, stale: 1, unstable: 2 } }, demands)).toEqual([
      '1 verified hits were reported as stale',
      '2 verified hits were reported as unstable',
    ]);
    expect(failuresOf({ ...seen, verified: {} }, demands)).toEqual(['no hit was verified']);
    expect(failuresOf({ ...seen, verified: { stale: 1 } }, {})).toEqual([]);
  });
});
