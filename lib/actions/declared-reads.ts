import { getMetadataArgsStorage, type ActionMetadata } from 'routing-controllers';
import type { CachedOptions } from '../options/cached-options.js';
import { headersOfVaryBy, isForEverything } from '../options/vary-by.js';
import { serverOptionsOf } from './action-call.js';

/** What of a request an action's key covers, so that its method may read it in any other way. Positions count from the last argument. */
export interface DeclaredReads {
  /** Whether the method gets request or response; otherwise interceptors alone see them. */
  readonly isByMethod: boolean;
  /** What the method, or interceptors, get first: the one leads to the other. */
  readonly first: 'request' | 'response' | 'both';
  /** Whether URL and host are in the key. */
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
  /** Positions of all arguments that are in the key. */
  readonly keyed: readonly number[];
}

/** Parameters that give a method the whole request. */
const WHOLE = new Set<string>(['request', 'context']);
const UNKEYED = new Set<string>(['request', 'context', 'response']);

/** @returns `undefined` if nobody sees the request, or the author of the key has answered for all reads */
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

/** Whether interceptors see the action's results, and the request with them. */
function hasInterceptors(metadata: ActionMetadata): boolean {
  const { interceptors = [] } = serverOptionsOf(metadata);
  return (
    metadata.interceptors.length > 0 ||
    metadata.controllerMetadata.interceptors.length > 0 ||
    interceptors.length > 0 ||
    // A server that names none takes all.
    getMetadataArgsStorage().interceptors.length > 0
  );
}
