import { definedOptions } from '../options/resolve-config.js';
import type { CachedOptions } from '../options/cached-options.js';
import { superclassChain, type Class } from '../classes/class-hierarchy.js';
import type { InvalidationTarget } from '../options/invalidation-target.js';
import type { ClassIdentities } from '../classes/class-identities.js';

/** The options of a method: the defaults of the extended classes, then of its own class, then the options of `@Cached`. */
export function effectiveOptions(controller: Class, rules: MethodDecorations, registry: DecoratorRegistry): CachedOptions {
  const defaults = superclassChain(controller)
    .reverse()
    .map(link => registry.defaultsOf(link));
  return Object.assign({}, ...[...defaults, ...rules.cached].map(options => definedOptions(options ?? {}))) as CachedOptions;
}

/** The decorators of one method of one class. */
export interface MethodDecorations {
  /** The options of each `@Cached`. More than one is a mistake. */
  readonly cached: CachedOptions[];
  /** The target of each `@InvalidatesCache`; `undefined` for the path of the request. */
  readonly invalidates: (InvalidationTarget | undefined)[];
}

/** The uses of `@Cached`, `@InvalidatesCache` and `@CacheDefaults`, by class. */
export class DecoratorRegistry {
  private readonly methods = new WeakMap<Class, Map<string, MethodDecorations>>();
  private readonly defaults = new WeakMap<Class, CachedOptions>();

  /** True if a class with `@Cached` was loaded. */
  hasCached = false;

  constructor(readonly identities: ClassIdentities) {}

  addCached(owner: Class, method: string, options: CachedOptions): void {
    this.hasCached = true;
    this.rulesFor(owner, method).cached.push(options);
  }

  addInvalidation(owner: Class, method: string, target: InvalidationTarget | undefined): void {
    this.rulesFor(owner, method).invalidates.push(target);
  }

  addDefaults(owner: Class, options: CachedOptions): void {
    this.defaults.set(owner, options);
  }

  /** Returns the decorators of a method in its own class. */
  decorationsOf(owner: Class, method: string): MethodDecorations | undefined {
    return this.methods.get(owner)?.get(method);
  }

  /** Returns the decorated methods of the class itself. */
  methodsOf(owner: Class): ReadonlyMap<string, MethodDecorations> {
    return this.methods.get(owner) ?? new Map<string, MethodDecorations>();
  }

  defaultsOf(owner: Class): CachedOptions | undefined {
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
