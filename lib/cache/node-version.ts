import { CacheUsageError } from '../errors/cache-errors.js';

const MIN_MAJOR = 20;

/** @returns undefined if the library supports this version of Node, else a sentence with the remedy */
function nodeMistake(version: string): string | undefined {
  if (Number(version.split('.')[0]) >= MIN_MAJOR) return undefined;
  return `routing-controllers-cache needs Node ${MIN_MAJOR} or later, and this is Node ${version}. Run the program with a newer Node.`;
}

// The check runs at import. An older Node would fail only later, at the first request.
const mistake = nodeMistake(process.versions.node);
if (mistake !== undefined) throw new CacheUsageError('CACHE_USAGE_INVALID', [mistake]);
