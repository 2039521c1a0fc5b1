import { getMetadataArgsStorage, type ActionMetadata } from 'routing-controllers';
import type { CachedOptions } from '../options/cached-options.js';
import { headersOfVaryBy, isForEverything } from '../options/vary-by.js';
import { serverOptionsOf } from './action-call.js';

/** The parts of a request that an action's key covers. The method may read them in any way. Positions count from the last argument. */
export interface DeclaredReads {
  /** True if the method has the request or the response; otherwise only interceptors have them. */
  readonly isByMethod: boolean;
  /** The object that the method or the interceptors have: the request refers to the response, and the response to the request. */
  readonly first: 'request' | 'response' | 'both';
  /** True if the key contains the URL and the host. */
  readonly url: boolean;
  /** Positions of declared headers, by name in lower case. */
  readonly headers: ReadonlyMap<string, number>;
  /** Headers that `varyBy` names, in lower case. */
  readonly namedHeaders: ReadonlySet<string>;
  readonly allHeaders: number | undefined;
  /** Positions of declared cookies. */
  readonly cookies: ReadonlyMap<string, number>;
  readonly allCookies: number | undefined;
  readonly user: number | undefined;
  /** Positions of all arguments in the key. */
  readonly keyed: readonly number[];
}

/** Parameters that give a method the whole request. */
const WHOLE = new Set<string>(['request', 'context']);
const UNKEYED = new Set<string>(['request', 'context', 'response']);

/** @returns undefined if neither method nor interceptors have the request, or if the author computes the key */
export function declaredReads(metadata: ActionMetadata, options: CachedOptions): DeclaredReads | undefined {
  if (options.makeCacheKey !== undefined || isForEverything(options.varyBy)) return undefined;
  const parameters = metadata.params.map(({ type, name }, index) => ({ type, name, position: index - metadata.params.length }));
  const isByMethod = parameters.some(({ type }) => UNKEYED.has(type));
  const isIntercepted = hasInterceptors(metadata);
  if (!isByMethod && !isIntercepted) return undefined;
  const getsRequest = parameters.some(({ type }) => WHOLE.has(type));
  const getsResponse = parameters.some(({ type }) => type === 'response');
  const positionOf = (wanted: string): number | undefined => parameters.find(({ type }) => type === wanted)?.position;
  const positionsOf = (wanted: string, nameOf = (name: string): string => name): Map<string, number> =>
    new Map(parameters.filter(({ type }) => type === wanted).map(({ name, position }) => [nameOf(name), position]));
  return {
    isByMethod,
    first: isIntercepted || (getsRequest && getsResponse) ? 'both' : getsRequest ? 'request' : 'response',
    url: getsRequest,
    headers: positionsOf('header', name => name.toLowerCase()),
    namedHeaders: new Set(headersOfVaryBy(options.varyBy).map(name => name.toLowerCase())),
    allHeaders: positionOf('headers'),
    cookies: positionsOf('cookie'),
    allCookies: positionOf('cookies'),
    user: positionOf('current-user'),
    keyed: parameters.filter(({ type }) => !UNKEYED.has(type)).map(({ position }) => position),
  };
}

/** Returns true if interceptors see the results of the action, and with them the request. */
function hasInterceptors(metadata: ActionMetadata): boolean {
  const { interceptors = [] } = serverOptionsOf(metadata);
  return (
    metadata.interceptors.length > 0 ||
    metadata.controllerMetadata.interceptors.length > 0 ||
    interceptors.length > 0 ||
    // A server without a list of interceptors uses all.
    getMetadataArgsStorage().interceptors.length > 0
  );
}
