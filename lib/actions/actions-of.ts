import { getMetadataArgsStorage } from 'routing-controllers';
import type { Class } from '../classes/class-hierarchy.js';

/** An action, as its decorators have registered it. */
export type ActionArgs = ReturnType<typeof getMetadataArgsStorage>['actions'][number];

/** Returns the actions that a class itself declares. */
export function actionsOf(owner: Class): ActionArgs[] {
  return getMetadataArgsStorage().filterActionsWithTarget(owner);
}
