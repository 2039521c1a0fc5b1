import { getMetadataArgsStorage } from 'routing-controllers';
import { superclassChain, type Class } from '../classes/class-hierarchy.js';

/** An action, as its decorators have registered it. */
export type ActionArgs = ReturnType<typeof getMetadataArgsStorage>['actions'][number];

/** Returns the actions that a class itself declares. */
export function actionsOf(owner: Class): ActionArgs[] {
  return getMetadataArgsStorage().filterActionsWithTarget(owner);
}

/** A declared parameter of an action. */
export type Parameter = ReturnType<typeof getMetadataArgsStorage>['params'][number];

/** Returns the parameters of a method that a class declares. */
export function parametersOf(owner: Class, method: string): Parameter[] {
  return getMetadataArgsStorage().filterParamsWithTargetAndMethod(owner, method);
}

/**
 * Returns the class whose declaration of an action counts for a controller: the controller, or the nearest class that it extends. An
 * action that the controller declares hides the inherited one, with its decorators.
 */
export function declaringClass(controller: Class, method: string): Class | undefined {
  return superclassChain(controller).find(link => actionsOf(link).some(action => action.method === method));
}
