import { definedOptions } from '../config/resolve-config.js';
import type { CachedOptions } from '../config/cached-options.js';
import { superclassChain, type Class } from '../keys/lineage.js';
import type { MethodDecorations, DecoratorRegistry } from './registry.js';

/** What applies to a method of a controller: the defaults of the classes it extends, its own class's, then those of `@Cached`. */
export function effectiveOptions(controller: Class, rules: MethodDecorations, registry: DecoratorRegistry): CachedOptions {
  const defaults = superclassChain(controller)
    .reverse()
    .map(link => registry.defaultsOf(link));
  return Object.assign({}, ...[...defaults, ...rules.cached].map(options => definedOptions(options ?? {}))) as CachedOptions;
}
