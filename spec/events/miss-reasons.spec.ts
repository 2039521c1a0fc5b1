import { MissReasons } from '../../lib/events/miss-reasons.js';

const at = (path: string, ignoresCase = false, tags?: readonly string[]) => ({ key: path, path: { path, ignoresCase }, tags });
const NEVER = { expiresAtMs: Infinity };
const UNKNOWN = 'first requested, or evicted';
const UNNOTICED = 'evicted, or invalidated without a record';

describe('the reason of a miss', () => {
  it('is found by prefix in whole segments, by fixed tags, and by the tags of the response', () => {
    const history = new MissReasons();
    history.recordStored(at('/users/bob'), { ...NEVER, tags: ['user:bob'] }, history.sequence);
    history.recordStored(at('/users/bobby'), NEVER, history.sequence);
    history.recordInvalidated(['/users/bob/'], [], 'PUT /users/bob', 0);
    expect(history.missReason(at('/users/bob'), 0)).toBe('invalidated 0 s ago by PUT /users/bob');
    expect(history.missReason(at('/users/bobby'), 0)).toBe(UNNOTICED);
    history.recordInvalidated([], ['user:bob'], 'cache.invalidateTags', 5000);
    expect(history.missReason(at('/users/bob'), 9999)).toBe('invalidated 4 s ago by cache.invalidateTags');
    expect(history.missReason(at('/users/ann', false, ['user:bob']), 5000)).toBe(
      'first requested since invalidated 0 s ago by cache.invalidateTags',
    );
  });

  it('heeds letter case where the path is known by its route alone', () => {
    const history = new MissReasons();
    history.recordInvalidated(['/Users'], [], 'cache.invalidate', 0);
    expect(history.missReason(at('/users/bob'), 0)).toBe(UNKNOWN);
    expect(history.missReason(at('/users/bob', true), 0)).toMatch(/by cache\.invalidate$/);
  });

  it('is everything where the root was invalidated, and the newest cause counts', () => {
    const history = new MissReasons();
    history.recordStored(at('/a'), NEVER, history.sequence);
    history.recordInvalidated(['/'], [], 'cache.clear', 0);
    history.recordInvalidated(['/a'], [], 'PUT /a', 0);
    expect(history.missReason(at('/a'), 0)).toBe('invalidated 0 s ago by PUT /a');
    expect(history.missReason(at('/b'), 0)).toMatch(/by cache\.clear$/);
  });

  it('is an invalidation during the storage of the response, and not an invalidation before its request', () => {
    const history = new MissReasons();
    history.recordInvalidated(['/a'], [], 'PUT /a', 0);
    const asked = history.sequence;
    history.recordStored(at('/a'), { expiresAtMs: 1000 }, asked);
    expect(history.missReason(at('/a'), 1000)).toBe('expired 0 s ago');
    expect(history.missReason(at('/a'), 999)).toBe(UNNOTICED);
    history.recordInvalidated(['/a'], [], 'DELETE /a', 0);
    history.recordStored(at('/a'), NEVER, asked);
    expect(history.missReason(at('/a'), 0)).toBe('invalidated 0 s ago by DELETE /a');
    expect(history.wasInvalidatedSince(asked, at('/a'))).toBe(true);
    expect(history.wasInvalidatedSince(history.sequence, at('/a'))).toBe(false);
  });
});

describe('the miss history', () => {
  it('is the newest 100 names that were invalidated, however many come at once', () => {
    const history = new MissReasons();
    history.recordInvalidated(['/old'], [], 'PUT /old', 0);
    const names = Array.from({ length: 5000 }, (_, index) => `/n/${index}`);
    history.recordInvalidated(names.slice(0, 99), [], 'cache.invalidate', 0);
    expect(history.missReason(at('/old'), 0)).toMatch(/by PUT \/old$/);
    history.recordInvalidated(names, [], 'cache.invalidate', 0);
    expect(history.missReason(at('/old'), 0)).toBe(UNKNOWN);
    expect(history.missReason(at('/n/4899'), 0)).toBe(UNKNOWN);
    expect(history.missReason(at('/n/4900'), 0)).toMatch(/by cache\.invalidate$/);
  });

  it('takes 1 MiB at most for stored responses, and drops the oldest', () => {
    const history = new MissReasons();
    const long = (index: number) => at(`/${String(index).padStart(1000, '0')}`);
    for (let index = 0; index < 1000; index++) history.recordStored(long(index), NEVER, 0);
    const known = Array.from({ length: 1000 }, (_, index) => history.missReason(long(index), 0) !== UNKNOWN);
    expect(known.filter(Boolean).length * 2000).toBeLessThan(1024 * 1024);
    expect(known.filter(Boolean).length).toBeGreaterThan(300);
    expect([known[0], known[999]]).toEqual([false, true]);
  });
});
