import { cache, type CacheOptions } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';

startAfresh();

// No class with @Cached or @Memoized is loaded here, as in a process that works through a queue.
describe('a process that caches nothing', () => {
  const adviceOf = async (options: CacheOptions, work: () => Promise<unknown>): Promise<string[]> => {
    const codes: string[] = [];
    cache.configure({ ...options, onError: ({ code }) => codes.push(code) });
    await work();
    await work();
    return codes;
  };

  it.each<[string, () => Promise<unknown>]>([
    ['a path', () => cache.invalidate('/users/5')],
    ['a tag', () => cache.invalidateTags('user:5')],
    ['everything', () => cache.clear()],
  ])('and invalidates %s in its own memory only is warned once', async (_what, work) => {
    expect(await adviceOf({}, work)).toEqual(['CACHE_USAGE_DOUBTFUL']);
  });

  it('is warned without a configuration, too', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation();
    await cache.invalidate('/users/5');
    expect(warn.mock.calls.map(([message]) => message)).toEqual([
      expect.stringMatching(
        /^CACHE_USAGE_DOUBTFUL: an invalidation reached only the memory of this process, .* Configure the store /,
      ),
    ]);
  });

  it('may invalidate with the null store, and may invalidate its own values', async () => {
    expect(await adviceOf({ store: 'null' }, () => cache.invalidate('/users/5'))).toEqual([]);
    await cache.reset();
    expect(
      await adviceOf({}, async () => {
        await cache.set('key', 'value');
        await cache.clear();
      }),
    ).toEqual([]);
  });
});
