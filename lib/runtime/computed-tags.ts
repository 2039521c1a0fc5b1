import { isTags } from '../options/cached-options.js';
import { formatValue } from '../errors/format-value.js';
import type { FaultReporter } from './fault-reporter.js';

/**
 * Calls the `tags` option of an action or method.
 *
 * @param faults undefined if a failure is not reported
 * @returns undefined if it failed
 */
export function computedTags(
  faults: FaultReporter | undefined,
  failure: string,
  compute: () => unknown,
): readonly string[] | undefined {
  try {
    const tags = compute();
    if (isTags(tags)) return [...new Set(tags)];
    throw new TypeError(`it returned ${formatValue(tags)}. Write a function that returns an array of texts that are not empty`);
  } catch (error) {
    faults?.report('CACHE_OPTION_FAILED', failure, error);
    return undefined;
  }
}

/** Returns each tag once, without those that the address has. */
export function withoutKnown(tags: readonly string[], known: readonly string[] = []): readonly string[] {
  return tags.length === 0 ? tags : [...new Set(tags)].filter(tag => !known.includes(tag));
}
