import { transformSync } from 'esbuild';
import * as library from '../../lib/index.js';

/** What a program comes to that is compiled without `experimentalDecorators`. */
function outcomeOf(source: string): unknown {
  const { code } = transformSync(source, { loader: 'ts', target: 'es2022', tsconfigRaw: {} });
  try {
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the program has just been compiled here
    new Function('library', code)(library);
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('a standard decorator', () => {
  it.each([
    ['@Cached of list', 'class Users { @library.Cached({ timeout: 60 }) list() {} }'],
    ['@InvalidatesCache of change', `class Users { @library.InvalidatesCache('/users') change() {} }`],
    ['@CacheDefaults of Users', '@library.CacheDefaults({ timeout: 60 }) class Users {}'],
    ['@Memoized of rate', 'class Rates { @library.Memoized() rate() {} }'],
  ])('is refused with the settings that it needs: %s', (what, source) => {
    const error = outcomeOf(source);
    expect(error).toBeInstanceOf(library.CacheUsageError);
    expect((error as Error).message).toMatch(
      new RegExp(`^CACHE_USAGE_INVALID: ${what} is compiled as a standard decorator, .*"experimentalDecorators": true`),
    );
  });
});
