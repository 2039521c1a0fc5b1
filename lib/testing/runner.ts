import { CacheUsageError } from '../errors/cache-errors.js';

/** What the suite uses of a test runner. */
export interface Runner {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (title: string, test: () => Promise<void>) => void;
}

const NEEDED = ['describe', 'it'] as const;

/**
 * The runner whose functions are global, whichever it is.
 *
 * @throws CacheUsageError that names each that is missing
 */
export function globalRunner(): Runner {
  const found = globalThis as unknown as Partial<Runner>;
  const missing = NEEDED.filter(name => typeof found[name] !== 'function');
  if (missing.length > 0) {
    throw new CacheUsageError(
      'CACHE_USAGE_INVALID',
      missing.map(
        name =>
          `describeStore needs the global function ${name} of a test runner, and there is none. ` +
          'Run it with Jest or Mocha, with Vitest and globals: true, or, with node --test, write ' +
          "Object.assign(globalThis, require('node:test')) first.",
      ),
    );
  }
  return found as Runner;
}
