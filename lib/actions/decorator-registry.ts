import { definedOptions } from '../options/resolve-config.js';
import type { CacheDefaultsOptions } from '../options/cache-defaults-options.js';
import type { CachedOptions } from '../options/cached-options.js';
import { superclassChain, type Class } from '../classes/class-hierarchy.js';
import type { InvalidationOptions, InvalidationTarget } from '../options/invalidation-target.js';
import type { ClassIdentities } from '../classes/class-identities.js';

/** The options of a method: the defaults of the extended classes, then of its own class, then the options of `@Cached`. */
export function effectiveOptions(controller: Class, rules: MethodDecorations, registry: DecoratorRegistry): CachedOptions {
  const defaults = superclassChain(controller)
    .reverse()
    .map(link => registry.defaultsOf(link));
  const all = [...defaults, ...rules.cached].map(options => definedOptions(options ?? {}));
  const options = Object.assign({}, ...all) as { settle?: number } & CachedOptions;
  delete options.settle;
  return options;
}

/**
 * Returns the time for which the responses that a method invalidates are not stored, in seconds: the longest of its decorators, else
 * the default of its class or of the classes that it extends.
 *
 * @returns undefined if neither has one
 */
export function settleOf(
  owner: Class,
  decorations: readonly InvalidationDecoration[],
  registry: Pick<DecoratorRegistry, 'defaultsOf'>,
): number | undefined {
  const own = decorations.map(({ options }) => options?.settle).filter(settle => settle !== undefined);
  if (own.length > 0) return Math.max(...own);
  return superclassChain(owner)
    .map(link => registry.defaultsOf(link)?.settle)
    .find(settle => settle !== undefined);
}

/** One `@InvalidatesCache`. */
export interface InvalidationDecoration {
  /** Undefined for the path of the request. */
  readonly target: InvalidationTarget | undefined;
  readonly options: InvalidationOptions | undefined;
}

/** The decorators of one method of one class. */
export interface MethodDecorations {
  /** The options of each `@Cached`. More than one is a mistake. */
  readonly cached: CachedOptions[];
  /** Each `@InvalidatesCache`. */
  readonly invalidates: InvalidationDecoration[];
}

/** The uses of `@Cached`, `@InvalidatesCache`, `@CacheDefaults` and `@ChangesNothing`, by class. */
export class DecoratorRegistry {
  private readonly methods = new WeakMap<Class, Map<string, MethodDecorations>>();
  private readonly defaults = new WeakMap<Class, CacheDefaultsOptions>();
  private readonly exempt = new WeakMap<object, Set<string>>();

  /** True if a class with `@Cached` was loaded. */
  hasCached = false;

  constructor(readonly identities: ClassIdentities) {}

  addCached(owner: Class, method: string, options: CachedOptions): void {
    this.hasCached = true;
    this.rulesFor(owner, method).cached.push(options);
  }

  addInvalidation(owner: Class, method: string, decoration: InvalidationDecoration): void {
    this.rulesFor(owner, method).invalidates.push(decoration);
  }

  addDefaults(owner: Class, options: CacheDefaultsOptions): void {
    this.defaults.set(owner, options);
  }

  /** @param target the prototype of the class, or the class of a static method */
  addExemption(target: object, method: string): void {
    const methods = this.exempt.get(target) ?? new Set<string>();
    this.exempt.set(target, methods.add(method));
  }

  /** Returns true if a method has `@ChangesNothing`. @param target as in `addExemption` */
  isExempt(target: object, method: string): boolean {
    return this.exempt.get(target)?.has(method) ?? false;
  }

  /** Returns the decorators of a method in its own class. */
  decorationsOf(owner: Class, method: string): MethodDecorations | undefined {
    return this.methods.get(owner)?.get(method);
  }

  /** Returns the decorated methods of the class itself. */
  methodsOf(owner: Class): ReadonlyMap<string, MethodDecorations> {
    return this.methods.get(owner) ?? new Map<string, MethodDecorations>();
  }

  defaultsOf(owner: Class): CacheDefaultsOptions | undefined {
    return this.defaults.get(owner);
  }

  private rulesFor(owner: Class, method: string): MethodDecorations {
    const methods = this.methods.get(owner) ?? new Map<string, MethodDecorations>();
    this.methods.set(owner, methods);
    const rules = methods.get(method) ?? { cached: [], invalidates: [] };
    methods.set(method, rules);
    return rules;
  }
}
