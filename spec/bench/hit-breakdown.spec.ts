import { parts } from '../../bench/micro/hit-breakdown.js';
import { cache, SimpleStore } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';

startAfresh();
afterEach(() => jest.restoreAllMocks());

/** Runs each part twice. @returns the names of the parts, with the error of a part that did not do its work */
async function outcomes(): Promise<Record<string, string>> {
  const results: Record<string, string> = {};
  for (const { name, prepare, run, verify } of await parts()) {
    const [kind = ''] = name.split(':');
    try {
      for (let time = 0; time < 2; time++) {
        prepare?.();
        await run();
        verify();
      }
      results[kind] = 'done';
    } catch (error) {
      results[kind] = (error as Error).message;
    }
  }
  return results;
}

const HIT = 'a whole hit, through Express and routing-controllers, without a network';

describe('the parts of a hit that the micro benchmark measures', () => {
  it('do the work that their names promise', async () => {
    expect(await outcomes()).toEqual({
      key: 'done',
      'look-up': 'done',
      replay: 'done',
      sending: 'done',
      recording: 'done',
      invalidation: 'done',
      [HIT]: 'done',
      'the same action without a cache': 'done',
    });
  });

  it('fail if the store returns a miss', async () => {
    jest.spyOn(SimpleStore.prototype, 'lookup').mockImplementation(function (this: SimpleStore, address) {
      return this.lease(address);
    });
    expect(await outcomes()).toMatchObject({ 'look-up': '0 of 100 repetitions hit.', [HIT]: `${HIT}: 0 hits, not 100.` });
  });

  it('fail if an invalidation removes nothing', async () => {
    jest.spyOn(SimpleStore.prototype, 'invalidate').mockImplementation(() => undefined);
    expect(await outcomes()).toMatchObject({ invalidation: '10000 entries remain after 100 invalidations.' });
  });

  it('cannot be prepared if the store refuses an entry', async () => {
    jest.spyOn(SimpleStore.prototype, 'save').mockReturnValue(false);
    await expect(parts()).rejects.toThrow('The store refuses /groups/0/members/0.');
    expect(cache.stats().entries).toBe(0);
  });
});
