import { CacheUsageError } from 'routing-controllers-cache';

/** The functions of a test runner that the suite calls. */
export interface Runner {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (title: string, test: () => Promise<void>) => void;
}

const NEEDED = ['describe', 'it'] as const;

/**
 * Returns the runner whose functions are global.
 *
 * @throws CacheUsageError with the name of each missing function
 */
export function globalRunner(): Runner {
  const found = globalThis as unknown as Partial<Runner>;
  const missing = NEEDED.filter(name => typeof found[name] !== 'function');
  if (missing.length > 0) {
    throw new CacheUsageError(
      'CACHE_USAGE_INVALID',
      missing.map(
        name =>
          `describeStore needs the global function ${name} of a test runner, which is not defined. ` +
          'Use Jest, Mocha, or Vitest with globals: true. With node --test, write ' +
          "Object.assign(globalThis, require('node:test')) first.",
      ),
    );
  }
  return found as Runner;
}
