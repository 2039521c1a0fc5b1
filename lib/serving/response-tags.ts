import { isTags } from '../config/cached-options.js';
import type { Action } from '../controllers/action.js';
import type { CachedAction } from '../controllers/cached-action.js';
import { formatValue } from '../shown.js';
import type { CacheRuntime } from './engine.js';
import type { FaultReporter } from './faults.js';

const NONE: readonly string[] = [];

/** The tags that a response has brought. @returns `undefined` where the action's `tags` failed, so that nothing could invalidate it */
export function responseTags(
  { faults }: CacheRuntime,
  { name, options }: CachedAction,
  result: unknown,
  action: Action,
): readonly string[] | undefined {
  const { tags } = options;
  return typeof tags === 'function'
    ? computedTags(faults, `${name}: tags failed, so the response is not stored`, () => tags(result, action))
    : NONE;
}

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
