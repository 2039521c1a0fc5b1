import { getMetadataArgsStorage } from 'routing-controllers';
import type { CachedOptions } from '../options/cached-options.js';
import { bearsResponse } from './action-call.js';
import { parametersOf } from './actions-of.js';
import { statusesOf } from './cached-action.js';
import { effectiveOptions, type DecoratorRegistry } from './decorator-registry.js';
import { isForOneCaller, varyHeadersOf } from './downstream-inputs.js';
import type { LoadedAction } from './loaded-actions.js';

/** The properties of the responses of a cached action that are known without a request. */
export interface DeclaredResponse {
  readonly options: CachedOptions;
  /** The statuses that may be stored. */
  readonly statuses: readonly number[];
  /** The request headers in `Vary`, without those of the configuration. */
  readonly varyHeaders: readonly string[];
  /** True if a response is for one caller only. */
  readonly isPerUser: boolean;
  /** The values of `@Header`, by name in lower case. */
  readonly headers: ReadonlyMap<string, string>;
  /** True if the method or an interceptor has the response, so that it may set further headers. */
  readonly maySetHeaders: boolean;
}

/** Describes the responses of an action, of a server or not. @returns undefined if the action is not cached */
export function declaredResponse(
  { controller, owner, method }: LoadedAction,
  registry: DecoratorRegistry,
): DeclaredResponse | undefined {
  const rules = registry.decorationsOf(owner, method);
  if (rules === undefined || rules.cached.length === 0) return undefined;
  const options = effectiveOptions(controller, rules, registry);
  // As routing-controllers reads them: an action that a controller inherits has no parameters, no headers and no @Authorized.
  const parameters = parametersOf(controller, method);
  const { responseHandlers, useInterceptors, interceptors } = getMetadataArgsStorage();
  const isOfAction = (use: { readonly target: unknown; readonly method?: string | undefined }): boolean =>
    use.target === controller && (use.method === undefined || use.method === method);
  // The type and the value first: the `target` of this library's own response handlers must not be read here.
  const headers = responseHandlers.filter(({ type, value }) => type === 'header' && typeof value === 'string').filter(isOfAction);
  return {
    options,
    statuses: statusesOf({ options }),
    varyHeaders: varyHeadersOf(parameters, options),
    isPerUser:
      responseHandlers.filter(({ type }) => type === 'authorized').some(isOfAction) || isForOneCaller(parameters, options),
    headers: new Map(headers.map(({ value, secondaryValue }) => [String(value).toLowerCase(), String(secondaryValue)])),
    maySetHeaders:
      parameters.some(({ type }) => bearsResponse(type)) || interceptors.length > 0 || useInterceptors.some(isOfAction),
  };
}
