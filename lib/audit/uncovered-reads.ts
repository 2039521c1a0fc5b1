import { parametersOf, type Parameter } from '../actions/actions-of.js';
import { effectiveOptions, type DecoratorRegistry } from '../actions/decorator-registry.js';
import type { LoadedAction } from '../actions/loaded-actions.js';
import { CONDITIONS_AND_RANGES } from '../http/preconditions.js';
import type { CachedOptions } from '../options/cached-options.js';
import { headersOfVaryBy, isForEverything } from '../options/vary-by.js';
import { adviceOn, type Read } from '../reads/read.js';
import { writtenReads } from './written-reads.js';

/**
 * Finds a read in the text of a cached action that its key certainly does not cover. A function of the author that may cover it, or
 * that may bypass the cache, prevents a finding.
 *
 * @returns the advice, or undefined if there is no such read
 */
export function uncoveredRead(action: LoadedAction, registry: DecoratorRegistry): string | undefined {
  const { controller, owner, method } = action;
  const rules = registry.decorationsOf(owner, method);
  if (rules === undefined || rules.cached.length === 0) return undefined;
  const options = effectiveOptions(controller, rules, registry);
  if (options.makeCacheKey !== undefined || options.unless !== undefined || isForEverything(options.varyBy)) return undefined;
  const run: unknown = (controller.prototype as Record<string, unknown>)[method];
  if (typeof run !== 'function') return undefined;
  const parameters = parametersOf(owner, method);
  const positionsOf = (type: string): number[] =>
    parameters.filter(parameter => parameter.type === type).map(({ index }) => index);
  const positions = { request: positionsOf('request'), response: positionsOf('response') };
  const reads = writtenReads(run as () => unknown, positions).filter(read => !isCovered(read, parameters, options));
  return reads[0] && adviceOn('the method', reads[0]);
}

/** Returns true if a declared parameter or `varyBy` may cover a read. */
function isCovered(read: Read, parameters: readonly Parameter[], { varyBy }: CachedOptions): boolean {
  const declares = (...types: string[]): boolean => parameters.some(({ type }) => types.includes(type));
  const declaresName = (wanted: string, name: string): boolean =>
    parameters.some(parameter => parameter.type === wanted && parameter.name?.toLowerCase() === name.toLowerCase());
  switch (read.kind) {
    case 'header':
      return (
        [...CONDITIONS_AND_RANGES, 'host', ...headersOfVaryBy(varyBy).map(name => name.toLowerCase())].includes(read.name) ||
        declares('headers') ||
        declaresName('header', read.name)
      );
    case 'cookie':
      return declares('cookies') || declaresName('cookie', read.name);
    case 'request':
      if (read.name === 'session') return declares('session', 'session-param');
      return read.name === 'user' && declares('current-user');
    default:
      return false;
  }
}
