import { isTags } from '../options/cached-options.js';
import { formatValue } from '../errors/format-value.js';
import type { FaultReporter } from './fault-reporter.js';

/** The tags that an option gives of what was computed. @returns `undefined` where it failed, which is reported */
export function computedTags(faults: FaultReporter, failure: string, give: () => unknown): readonly string[] | undefined {
  try {
    const tags = give();
    if (isTags(tags)) return [...new Set(tags)];
    throw new TypeError(`it gave ${formatValue(tags)}. Write a function that gives an array of texts that are not empty`);
  } catch (error) {
    faults.report('CACHE_OPTION_FAILED', failure, error);
    return undefined;
  }
}
