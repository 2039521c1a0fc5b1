import type { CachedAction } from '../controllers/cached-action.js';

const DEFAULT_STATUSES: readonly number[] = [200, 204];

/** The statuses of an action's responses that may be stored. */
export function statusesOf({ options }: CachedAction): readonly number[] {
  return options.statuses ?? DEFAULT_STATUSES;
}
