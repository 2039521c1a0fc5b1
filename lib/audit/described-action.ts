import type { DecoratorRegistry } from '../actions/decorator-registry.js';
import type { LoadedAction } from '../actions/loaded-actions.js';
import { superclassChain } from '../classes/class-hierarchy.js';

/** The facts about an action in a report. */
export interface DescribedAction {
  readonly name: string;
  readonly kind: 'action';
  readonly method: string;
  readonly route: string;
}

export function describedAction(action: LoadedAction): DescribedAction {
  const { type, base, route } = action;
  return { name: nameOfAction(action), kind: 'action', method: type.toUpperCase(), route: writtenRoute(base, route) };
}

/** Returns the name of an action: `Class.method`. */
export function nameOfAction({ controller, method }: LoadedAction): string {
  return `${controller.name}.${method}`;
}

/** Returns true if the method of an action has `@ChangesNothing`, in the class that declares it or in a subclass that overrides it. */
export function isExempt({ controller, owner, method }: LoadedAction, registry: DecoratorRegistry): boolean {
  const chain = superclassChain(controller);
  return chain.slice(0, chain.indexOf(owner) + 1).some(link => registry.isExempt(link.prototype as object, method));
}

/** Writes a route after the path of its app. */
function writtenRoute(base = '', route: string | RegExp): string {
  if (typeof route !== 'string') return `${base}${String(route)}`;
  return `${base}${route}`.replace(/\/{2,}/g, '/') || '/';
}
