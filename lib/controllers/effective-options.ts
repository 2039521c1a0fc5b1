import { given } from '../config/resolve-config.js';
import type { CachedOptions } from '../config/cached-options.js';
import { lineageOf, type Class } from '../keys/lineage.js';
import type { MethodRules, Registry } from './registry.js';

/** What applies to a method of a controller: the defaults of the classes it extends, its own class's, then those of `@Cached`. */
export function effectiveOptions(controller: Class, rules: MethodRules, registry: Registry): CachedOptions {
  const defaults = lineageOf(controller)
    .reverse()
    .map(link => registry.defaultsOf(link));
  return Object.assign({}, ...[...defaults, ...rules.cached].map(options => given(options ?? {}))) as CachedOptions;
}
