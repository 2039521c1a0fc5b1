import { isTags } from '../config/cached-options.js';
import type { Action } from '../controllers/action.js';
import type { CachedAction } from '../controllers/cached-action.js';
import { shown } from '../shown.js';
import type { Engine } from './engine.js';

const NONE: readonly string[] = [];

/** The tags that a response has brought. @returns `undefined` where the action's `tags` failed, so that nothing could invalidate it */
export function tagsOf(
  { faults }: Engine,
  { name, options }: CachedAction,
  result: unknown,
  action: Action,
): readonly string[] | undefined {
  if (typeof options.tags !== 'function') return NONE;
  try {
    const tags: unknown = options.tags(result, action);
    if (isTags(tags)) return [...new Set(tags)];
    throw new TypeError(`it gave ${shown(tags)}. Write a function that gives an array of texts that are not empty`);
  } catch (error) {
    faults.report('CACHE_OPTION_FAILED', `${name}: tags failed, so the response is not stored`, error);
    return undefined;
  }
}
