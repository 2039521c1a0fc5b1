import { headersOfVaryBy, mayTellCallers } from '../options/vary-by.js';
import type { CachedOptions } from '../options/cached-options.js';
import { headersOf } from './action-inputs.js';
import type { Parameter } from './actions-of.js';

/** The properties of a parameter that decide about caches downstream. */
type Declared = Pick<Parameter, 'type' | 'name'>;

/** Returns the request headers that `Vary` names in the responses of an action, without those of the configuration. */
export function varyHeadersOf(parameters: readonly Declared[], { varyBy }: CachedOptions): readonly string[] {
  return [...new Set([...headersOf(parameters), ...headersOfVaryBy(varyBy)])];
}

/** Parameters that may identify the caller by something that `Vary` cannot name. */
const USER_PARAMETERS: readonly string[] = ['current-user', 'session', 'session-param', 'custom-converter'];

/** Returns true if the parameters or the options of an action may identify the caller, so that a response is for one caller. */
export function isForOneCaller(parameters: readonly Declared[], { makeCacheKey, varyBy }: CachedOptions): boolean {
  // A key that the author computes may distinguish callers by anything.
  return makeCacheKey !== undefined || mayTellCallers(varyBy) || parameters.some(({ type }) => USER_PARAMETERS.includes(type));
}
