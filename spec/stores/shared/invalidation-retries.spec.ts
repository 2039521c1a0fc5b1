import fc from 'fast-check';
import { canonicalise } from '../../../lib/keys/canonical-path.js';
import type { EndOfWrite } from '../../../lib/stores/shared/invalidations.js';
import type { Targets, Undelivered } from '../../../lib/stores/store.js';
import { InvalidationRetries } from '../../../lib/stores/shared/invalidation-retries.js';
import { Deferred } from '../../support/deferred.js';

const RETRY_MS = 100;
const MAX_WAITING = 1000;
const cause = new Error('gone');

let deliver: jest.Mock<Promise<void>, [Targets, readonly string[]]>;
let retries: InvalidationRetries;

beforeEach(() => {
  jest.useFakeTimers();
  deliver = jest.fn((_targets, _writerIds) => Promise.reject(cause));
  const send = ({ targets, writerIds }: EndOfWrite) => deliver(targets, writerIds);
  retries = new InvalidationRetries({ deliver: send, deliverAtLast: send });
});

afterEach(() => {
  void retries.close();
  jest.useRealTimers();
});

function add(targets: Targets, writerIds: readonly string[], why: unknown, settleMs = 0): Undelivered {
  return retries.add({ targets, writerIds, settleMs }, why);
}

function covers(path: string, ignoresCase = false): boolean {
  return retries.hasPendingFor({ key: '', path: { path, ignoresCase } });
}

describe('an invalidation that could not be delivered', () => {
  it('is delivered once with all that are about the same, and after those that are not', async () => {
    const deliveries: unknown[] = [];
    deliver.mockImplementation((targets, writerIds) => {
      deliveries.push([targets.prefixes, writerIds]);
      return Promise.resolve();
    });
    const added = ['/users/bob', '/users/alice', '/users/bob'].map((prefix, index) =>
      add({ prefixes: [prefix] }, [`change ${index}`], cause),
    );
    await jest.runAllTimersAsync();
    await Promise.all(added.map(({ delivered }) => delivered));
    expect(deliveries).toEqual([
      [['/users/bob'], ['change 0', 'change 2']],
      [['/users/alice'], ['change 1']],
    ]);
  });

  it('is delivered with its tags, and covers entries with one of them until then', async () => {
    deliver.mockRejectedValueOnce(cause).mockResolvedValue(undefined);
    const { delivered } = add({ prefixes: ['/users'], tags: ['bob', 'alice'] }, ['owner'], cause);
    const elsewhere = { key: '', path: { path: '/elsewhere', ignoresCase: false } };
    expect(retries.hasPendingFor({ ...elsewhere, tags: ['bob'] })).toBe(true);
    expect(retries.hasPendingFor(elsewhere, ['carol', 'alice'])).toBe(true);
    expect(retries.hasPendingFor({ ...elsewhere, tags: ['carol'] })).toBe(false);
    // Which tags it is to have, nobody knows yet.
    expect(retries.hasPendingFor({ ...elsewhere, hasComputedTags: true })).toBe(true);
    await jest.runAllTimersAsync();
    await delivered;
    expect(deliver).toHaveBeenLastCalledWith({ prefixes: ['/users'], tags: ['bob', 'alice'] }, ['owner']);
    expect(retries.hasPendingFor({ ...elsewhere, tags: ['bob'] })).toBe(false);
  });

  it('is tried again until it is, with the changes that it ends, and covers its paths until then', async () => {
    const added = add({ prefixes: ['/users'] }, ['owner'], cause);
    expect(added).toMatchObject({ kind: 'undelivered', cause });
    let isDelivered = false;
    void added.delivered.then(() => (isDelivered = true));
    expect(deliver).not.toHaveBeenCalled();
    for (let tries = 1; tries <= 3; tries++) {
      await jest.advanceTimersByTimeAsync(RETRY_MS);
      expect(deliver).toHaveBeenCalledTimes(tries);
      expect(deliver).toHaveBeenLastCalledWith({ prefixes: ['/users'] }, ['owner']);
      expect([isDelivered, covers('/users/bob')]).toEqual([false, true]);
    }
    deliver.mockResolvedValue();
    await jest.advanceTimersByTimeAsync(RETRY_MS);
    expect([isDelivered, covers('/users/bob')]).toEqual([true, false]);
    await jest.advanceTimersByTimeAsync(10 * RETRY_MS);
    expect(deliver).toHaveBeenCalledTimes(4);
  });

  it('covers its paths while it is being delivered', async () => {
    const gate = new Deferred();
    deliver.mockReturnValue(gate.promise);
    add({ prefixes: ['/users'] }, [], cause);
    await jest.advanceTimersByTimeAsync(RETRY_MS);
    expect(covers('/users')).toBe(true);
    gate.resolve();
    await jest.advanceTimersByTimeAsync(0);
    expect(covers('/users')).toBe(false);
  });

  it('does not hold up others, nor is it delivered by them', async () => {
    deliver.mockImplementation(({ prefixes }) => (prefixes[0] === '/users' ? Promise.reject(cause) : Promise.resolve()));
    add({ prefixes: ['/users'] }, [], cause);
    const other = add({ prefixes: ['/files'] }, [], cause);
    await jest.advanceTimersByTimeAsync(RETRY_MS);
    await other.delivered;
    expect([covers('/users'), covers('/files')]).toEqual([true, false]);
  });

  it('that comes while others are being delivered is delivered after them', async () => {
    const gate = new Deferred();
    deliver.mockReturnValueOnce(gate.promise).mockResolvedValue();
    add({ prefixes: ['/users'] }, [], cause);
    await jest.advanceTimersByTimeAsync(RETRY_MS);
    const late = add({ prefixes: ['/users'] }, [], cause);
    gate.resolve();
    await jest.advanceTimersByTimeAsync(0);
    expect(covers('/users')).toBe(true);
    await jest.advanceTimersByTimeAsync(RETRY_MS);
    await late.delivered;
    expect(covers('/users')).toBe(false);
  });

  it('is taken together with the others when there are too many: then all is covered until that is delivered', async () => {
    const added = Array.from({ length: MAX_WAITING }, (_, index) => add({ prefixes: [`/${index}`] }, [], cause));
    expect(covers('/elsewhere')).toBe(false);
    added.push(add({ prefixes: ['/one/more'] }, [], cause));
    expect(covers('/elsewhere')).toBe(true);
    deliver.mockClear().mockResolvedValue();
    await jest.advanceTimersByTimeAsync(RETRY_MS);
    expect(deliver.mock.calls).toEqual([[{ prefixes: ['/'] }, []]]);
    await Promise.all(added.map(({ delivered }) => delivered));
    expect(covers('/elsewhere')).toBe(false);
  });

  it('takes no memory if invalidations of all paths wait already, and is also delivered', async () => {
    for (let index = 0; index <= MAX_WAITING; index++) add({ prefixes: [`/${index}`] }, [], cause);
    const [one, other] = ['/one', '/other'].map(prefix => add({ prefixes: [prefix] }, [], cause).delivered);
    expect(one).toBe(other);

    // One that comes while everything is on its way may come too late for that.
    const barrier = new Deferred();
    deliver.mockClear().mockImplementation(() => barrier.promise);
    await jest.advanceTimersByTimeAsync(RETRY_MS);
    const late = add({ prefixes: ['/late'] }, [], cause).delivered;
    expect(late).not.toBe(one);
    barrier.resolve();
    await one;
    expect(covers('/late')).toBe(true);
    await jest.advanceTimersByTimeAsync(RETRY_MS);
    await late;
    expect(deliver.mock.calls.map(([{ prefixes }]) => prefixes)).toEqual([['/'], ['/late']]);
  });

  it('is tried a last time when the cache is closed, and not any more; but still covers its paths', async () => {
    add({ prefixes: ['/users'] }, [], cause);
    expect(await retries.close()).toEqual([{ prefixes: ['/users'] }]);
    add({ prefixes: ['/files'] }, [], cause);
    await jest.advanceTimersByTimeAsync(10 * RETRY_MS);
    expect(deliver.mock.calls).toEqual([[{ prefixes: ['/users'] }, []]]);
    expect([covers('/users'), covers('/files')]).toEqual([true, true]);
  });

  it('is delivered while the cache is closed, where the store is back', async () => {
    add({ prefixes: ['/users'] }, [], cause);
    deliver.mockResolvedValue(undefined);
    expect(await retries.close()).toEqual([]);
    expect(covers('/users')).toBe(false);
  });

  it('is not tried at all when it comes after the cache was closed', async () => {
    await retries.close();
    add({ prefixes: ['/users'] }, [], cause);
    await jest.advanceTimersByTimeAsync(10 * RETRY_MS);
    expect(deliver).not.toHaveBeenCalled();
    expect(covers('/users')).toBe(true);
  });

  it('covers whole segments, of paths in any spelling, and of folded paths in any letter case', () => {
    const segment = fc.constantFrom('a', 'b', 'ab', 'A', '%62', 'ä', 'a%2Fb', '*');
    const segments = fc.array(segment, { maxLength: 4 });
    fc.assert(
      fc.property(segments, segments, fc.boolean(), (prefixSegments, pathSegments, ignoresCase) => {
        const fail = () => Promise.reject(cause);
        const one = new InvalidationRetries({ deliver: fail, deliverAtLast: fail });
        one.add({ targets: { prefixes: [`/${prefixSegments.join('/')}`] }, writerIds: [], settleMs: 0 }, cause);
        const path = canonicalise(`/${pathSegments.join('/')}`);
        const spelt = (text: string) => (ignoresCase ? canonicalise(text).toLowerCase() : canonicalise(text));
        const expected = prefixSegments.every(
          (text, index) => pathSegments[index] !== undefined && spelt(text) === spelt(pathSegments[index]),
        );
        expect(one.hasPendingFor({ key: '', path: { path, ignoresCase } })).toBe(expected);
        void one.close();
      }),
    );
  });
});
