import { check, SETTLING_MS } from '../../torture/checker.js';
import type { Change, FaultWindow, OperationLog, Read, Versions } from '../../torture/operation-log.js';

const KEY = '/groups/1';

function change(version: number, startMs: number, endMs: number, other: Partial<Change> = {}): Change {
  return {
    ...{ kind: 'change', worker: 1, key: KEY, version, startMs, endMs },
    ...{ outcome: 'acknowledged', isUndelivered: false, isAnnounced: true },
    ...other,
  };
}

function read(versions: Versions | number, startMs: number, other: Partial<Read> = {}): Read {
  return {
    ...{ kind: 'read', worker: 2, path: KEY, startMs, endMs: startMs + 1, outcome: 'hit', remark: '' },
    versions: typeof versions === 'number' ? { [KEY]: versions } : versions,
    ...other,
  };
}

function judge(changes: readonly Change[], reads: readonly Read[], faults: readonly FaultWindow[] = []) {
  const log: OperationLog = { changes, reads, faults };
  const { stale, excused } = check(log);
  return { stale: stale.map(one => one.read), excused: excused.map(one => one.read) };
}

describe('the checker of histories', () => {
  it('finds a read that began after a change was seen to end, and saw an older version', () => {
    const planted = read(1, 21);
    const { stale } = check({
      changes: [change(1, 0, 5), change(2, 10, 20)],
      reads: [read(1, 6), planted, read(2, 22)],
      faults: [],
    });
    expect(stale).toEqual([{ key: KEY, seen: 1, change: change(2, 10, 20), read: planted }]);
  });

  it('finds the one stale read among thousands', () => {
    const changes = Array.from({ length: 1000 }, (_, index) => change(index + 1, 10 * index, 10 * index + 5));
    const reads = Array.from({ length: 999 }, (_, index) => read(index + 1, 10 * index + 7));
    const planted = read(499, 10 * 499 + 7);
    expect(judge(changes, [...reads, planted])).toEqual({ stale: [planted], excused: [] });
  });

  it('lets a read that overlaps a change see either version', () => {
    const changes = [change(1, 0, 5), change(2, 10, 20)];
    expect(judge(changes, [read(1, 11), read(2, 11), read(1, 19), read(1, 20)])).toEqual({ stale: [], excused: [] });
  });

  it('takes the highest version that was acknowledged, in any order of the ends of changes', () => {
    const changes = [change(3, 0, 10), change(2, 0, 30)];
    const planted = read(2, 40);
    expect(judge(changes, [read(3, 40), planted]).stale).toEqual([planted]);
  });

  it('looks at every key that a read shows, and at no other', () => {
    const changes = [change(1, 0, 5), change(4, 0, 5, { key: '/' })];
    const planted = read({ '/': 3, [KEY]: 1 }, 6);
    expect(judge(changes, [planted, read({ '/': 4, [KEY]: 1 }, 6), read({ '/groups/2': 0 }, 6)]).stale).toEqual([planted]);
  });

  it('finds stale answers of all kinds, and asks nothing of reads that failed', () => {
    const planted = (['hit', 'miss', 'collapsed', 'bypass'] as const).map(outcome => read(0, 6, { outcome }));
    expect(judge([change(1, 0, 5)], [...planted, read({}, 6, { outcome: 'failed' })]).stale).toEqual(planted);
  });

  it.each(['unacknowledged', 'refused', 'nothing'] as const)('asks nothing because of a change that ended as %s', outcome => {
    expect(judge([change(1, 0, 5, { outcome })], [read(0, 6)])).toEqual({ stale: [], excused: [] });
  });

  it('still holds reads to the acknowledged change before an unacknowledged one', () => {
    const planted = read(0, 30);
    const changes = [change(1, 0, 5), change(2, 10, 20, { outcome: 'unacknowledged' })];
    expect(judge(changes, [read(1, 30), planted]).stale).toEqual([planted]);
  });

  it('excuses reads of an undelivered change until the end of the allowed time', () => {
    const undelivered = change(1, 0, 5, { isUndelivered: true });
    const [early, late] = [read(0, 500), read(0, 1001 + SETTLING_MS)];
    expect(judge([undelivered], [early, late], [{ startMs: 0, endMs: 1000 }])).toEqual({ stale: [late], excused: [early] });
  });

  it('waits for the end of the next fault when that comes before all is settled', () => {
    const undelivered = change(1, 0, 5, { isUndelivered: true });
    const faults = [
      { startMs: 0, endMs: 1000 },
      { startMs: 3000, endMs: 9000 },
      { startMs: 90_000, endMs: 99_000 },
    ];
    const [early, late] = [read(0, 8000), read(0, 9001 + SETTLING_MS)];
    expect(judge([undelivered], [early, late], faults)).toEqual({ stale: [late], excused: [early] });
  });

  it('excuses no read of the process that made the change', () => {
    const planted = read(0, 6, { worker: 1 });
    expect(judge([change(1, 0, 5, { isUndelivered: true })], [planted], [{ startMs: 0, endMs: 1000 }])).toEqual({
      stale: [planted],
      excused: [],
    });
  });

  it('excuses all later reads of an undelivered change whose process has died', () => {
    const undelivered = change(1, 0, 5, { isUndelivered: true });
    const reads = [read(0, 500), read(0, 100_000)];
    const death = (endMs: number) => change(1, endMs - 50, endMs, { key: '/other', outcome: 'died' });
    expect(judge([undelivered, death(1000)], reads)).toEqual({ stale: [], excused: reads });
    expect(judge([undelivered, death(50_000)], reads)).toEqual({ stale: [reads[1]], excused: [reads[0]] });
  });

  it('finds stale reads of keys that only tags reach', () => {
    const changes = [change(1, 0, 5, { key: '/avatars/0/1' }), change(2, 0, 5, { key: '/news' })];
    const planted = [
      read({ '/': 0, '/lists/1': 3, '/groups/0/users/1': 0, '/avatars/0/1': 0 }, 6, { path: '/lists/1' }),
      read({ '/': 0, '/news': 1 }, 6, { path: '/groups/0' }),
    ];
    const other = read({ '/': 0, '/lists/1': 3, '/avatars/0/2': 0 }, 6, { path: '/lists/1' });
    expect(judge(changes, [...planted, other]).stale).toEqual(planted);
  });

  it('excuses no read of a change that was delivered', () => {
    const planted = read(0, 6);
    expect(judge([change(1, 0, 5)], [planted], [{ startMs: 0, endMs: 1000 }])).toEqual({ stale: [planted], excused: [] });
  });

  it('finds hits that outlived the process of an announced change, at once', () => {
    const died = change(1, 0, 5, { outcome: 'died' });
    const planted = read(0, 6);
    const expired = read(0, 6, { outcome: 'expired' });
    expect(judge([died], [read(0, 4), read(0, 6, { outcome: 'collapsed' }), read(1, 6), planted, expired]).stale).toEqual([
      planted,
      expired,
    ]);
  });

  it('finds any stale read once the mark of a change that died has ended', () => {
    const planted = read(0, 31_006, { outcome: 'collapsed' });
    expect(judge([change(1, 0, 5, { outcome: 'died' })], [planted]).stale).toEqual([planted]);
  });

  it('asks nothing because of a change that died before its announcement', () => {
    expect(judge([change(1, 0, 5, { outcome: 'died', isAnnounced: false })], [read(0, 60_000)]).stale).toEqual([]);
  });
});
