import { effectiveOptions, type DecoratorRegistry } from '../actions/decorator-registry.js';
import type { LoadedAction } from '../actions/loaded-actions.js';
import { superclassChain } from '../classes/class-hierarchy.js';
import type { MemoizedMethod } from '../memoized/memoized-method.js';
import type { AuditedAction } from './audit.js';
import { placeIn, written, type Place } from './place.js';

/** A result that targets may reach. */
export interface CachedResult {
  readonly report: Omit<AuditedAction, 'invalidatedBy' | 'mayBeInvalidatedBy'>;
  /** Undefined for a memoized method. */
  readonly place: Place | undefined;
  /** True if the method has `@ChangesNothing`. */
  readonly isExempt: boolean;
}

/** Returns the name of an action. */
export function nameOfAction({ controller, method }: LoadedAction): string {
  return `${controller.name}.${method}`;
}

/** Returns true if the method of an action has `@ChangesNothing`, in the class that declares it or in a subclass that overrides it. */
export function isExempt({ controller, owner, method }: LoadedAction, registry: DecoratorRegistry): boolean {
  const chain = superclassChain(controller);
  return chain.slice(0, chain.indexOf(owner) + 1).some(link => registry.isExempt(link.prototype as object, method));
}

/** @returns undefined if the action is not cached. @param defaultTimeout seconds */
export function cachedResult(
  action: LoadedAction,
  registry: DecoratorRegistry,
  defaultTimeout: number,
): CachedResult | undefined {
  const { controller, owner, method, type, route, base } = action;
  const rules = registry.decorationsOf(owner, method);
  if (rules === undefined || rules.cached.length === 0) return undefined;
  return {
    report: {
      name: nameOfAction(action),
      kind: 'action',
      method: type.toUpperCase(),
      route: written(base, route),
      ...lifetimeAndTags(effectiveOptions(controller, rules, registry), defaultTimeout),
    },
    place: placeIn(base, route),
    isExempt: isExempt(action, registry),
  };
}

export function memoizedResult({ label, options }: MemoizedMethod, defaultTimeout: number): CachedResult {
  return {
    report: { name: label, kind: 'memoized', ...lifetimeAndTags(options, defaultTimeout) },
    place: undefined,
    isExempt: false,
  };
}

interface LifetimeAndTags {
  readonly timeout?: number;
  readonly tags?: readonly string[] | ((...args: never[]) => readonly string[]);
}

function lifetimeAndTags(
  { timeout, tags }: LifetimeAndTags,
  defaultTimeout: number,
): Pick<AuditedAction, 'timeout' | 'tags' | 'hasUnknownTags'> {
  const hasUnknownTags = typeof tags === 'function';
  return { timeout: timeout ?? defaultTimeout, tags: hasUnknownTags ? [] : [...new Set(tags)].sort(), hasUnknownTags };
}
