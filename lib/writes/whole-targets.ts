import { tagMistake, wholePathMistake } from '../actions/target-errors.js';
import { misuse } from '../errors/cache-errors.js';
import { formatValue } from '../errors/format-value.js';
import { prefixesBeforeWildcard } from '../keys/path-template.js';
import { parseTarget, type InvalidatedNames, type RawTargets } from '../options/invalidation-target.js';
import type { Targets } from '../stores/store.js';

/**
 * Returns the targets of whole paths and tags.
 *
 * @param label the class and the method, or the call, for messages
 * @throws CacheUsageError with all mistakes
 */
export function wholeTargets(label: string, names: InvalidatedNames): Targets {
  let parsed: RawTargets;
  try {
    parsed = parseTarget(names);
  } catch {
    throw misuse(
      `${label}: ${formatValue(names)} is no target. Write a path such as '/users/bob', an array of them, or { paths, tags }.`,
    );
  }
  const { paths, tags } = parsed;
  const mistakes = [...paths.map(wholePathMistake), ...tags.map(tagMistake)].filter(mistake => mistake !== undefined);
  if (paths.length + tags.length === 0) mistakes.push('names no path and no tag. Write a path or a tag.');
  if (mistakes.length > 0) throw misuse(...mistakes.map(mistake => `${label}: the target ${mistake}`));
  return { prefixes: (paths as string[]).flatMap(prefixesBeforeWildcard), tags: tags as string[] };
}
