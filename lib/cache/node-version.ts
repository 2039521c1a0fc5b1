import { CacheUsageError } from '../errors/cache-errors.js';

const LEAST_MAJOR = 20;

/** What is wrong with a version of Node; `undefined`: nothing. */
function nodeMistake(version: string): string | undefined {
  if (Number(version.split('.')[0]) >= LEAST_MAJOR) return undefined;
  return `routing-controllers-cache needs Node ${LEAST_MAJOR} or later, and this is Node ${version}. Run the program with a newer Node.`;
}

// When it is imported: an older Node lacks what the cache needs for each request, and would show it there.
const mistake = nodeMistake(process.versions.node);
if (mistake !== undefined) throw new CacheUsageError('CACHE_USAGE_INVALID', [mistake]);
