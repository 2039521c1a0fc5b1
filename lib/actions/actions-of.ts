import { getMetadataArgsStorage } from 'routing-controllers';
import { superclassChain, type Class } from '../classes/class-hierarchy.js';

/** An action, as its decorators have registered it. */
export type ActionArgs = ReturnType<typeof getMetadataArgsStorage>['actions'][number];

/** Returns the actions that a class itself declares. */
export function actionsOf(owner: Class): ActionArgs[] {
  return getMetadataArgsStorage().filterActionsWithTarget(owner);
}

/**
 * Returns the class whose declaration of an action counts for a controller: the controller, or the nearest class that it extends. An
 * action that the controller declares hides the inherited one, with its decorators.
 */
export function declaringClass(controller: Class, method: string): Class | undefined {
  return superclassChain(controller).find(link => actionsOf(link).some(action => action.method === method));
}
