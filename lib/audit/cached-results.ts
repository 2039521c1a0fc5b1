import { effectiveOptions, type DecoratorRegistry } from '../actions/decorator-registry.js';
import type { LoadedAction } from '../actions/loaded-actions.js';
import { DERIVED } from '../options/cached-options.js';
import type { MemoizedMethod } from '../memoized/memoized-method.js';
import type { AuditedAction } from './audit.js';
import { describedAction, isExempt } from './described-action.js';
import { placeIn, type Place } from './place.js';

/** A result that targets may reach. */
export interface CachedResult {
  readonly report: Omit<AuditedAction, 'invalidatedBy' | 'mayBeInvalidatedBy'>;
  /** Undefined for a memoized method. */
  readonly place: Place | undefined;
  /** True if the method has `@ChangesNothing`. */
  readonly isExempt: boolean;
}

/** @returns undefined if the action is not cached. @param defaultTimeout seconds */
export function cachedResult(
  action: LoadedAction,
  registry: DecoratorRegistry,
  defaultTimeout: number,
): CachedResult | undefined {
  const { controller, owner, method, route, base } = action;
  const rules = registry.decorationsOf(owner, method);
  if (rules === undefined || rules.cached.length === 0) return undefined;
  return {
    report: {
      ...describedAction(action),
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
  readonly tags?: readonly string[] | typeof DERIVED | ((...args: never[]) => readonly string[]);
}

function lifetimeAndTags(
  { timeout, tags }: LifetimeAndTags,
  defaultTimeout: number,
): Pick<AuditedAction, 'timeout' | 'tags' | 'hasUnknownTags' | 'derivesTags'> {
  return {
    timeout: timeout ?? defaultTimeout,
    tags: typeof tags === 'object' ? [...new Set(tags)].sort() : [],
    hasUnknownTags: typeof tags === 'function' || tags === DERIVED,
    derivesTags: tags === DERIVED,
  };
}
