import { nearestText } from '../errors/nearest-text.js';
import { hasPatternSyntax, parameterNames } from './path-template.js';

/** The segments of a route or of a path prefix. `undefined` if it has a pattern, so that it may match any path. */
export type RouteSegments = readonly string[] | undefined;

/** A named parameter of a route, with its pattern. The first group is the name. */
export const ROUTE_PARAMETER = /:(\w+)(?:\((?:[^()]|\([^()]*\))*\))?\??/g;

export function segmentsOf(route: unknown): RouteSegments {
  const plain = typeof route === 'string' ? route.replace(ROUTE_PARAMETER, ':$1') : '*';
  return hasPatternSyntax(plain) ? undefined : plain.split('/').filter(segment => segment !== '');
}

/** Returns true if a prefix may cover paths of a route. A parameter may have any value. */
export function mayCover(prefix: readonly string[], route: RouteSegments): boolean {
  return (
    route === undefined || (prefix.length <= route.length && prefix.every((segment, index) => mayEqual(segment, route[index])))
  );
}

function mayEqual(segment: string, other = ''): boolean {
  return segment.includes(':') || other.includes(':') || segment === other;
}

/**
 * Returns the prefix of one of the routes that is nearest to a text, with at most as many segments as the text.
 *
 * @param names the parameters that the prefix may have
 * @returns undefined if there is none
 */
export function nearestPrefix(
  text: string,
  segments: readonly string[],
  routes: readonly RouteSegments[],
  names: readonly string[],
): string | undefined {
  return nearestText(
    text,
    routes.flatMap(route => prefixesOf(route, segments, names)),
  );
}

function prefixesOf(route: RouteSegments = [], like: readonly string[], names: readonly string[]): string[] {
  const paths: string[] = [];
  let path = '';
  for (const [index, segment] of route.slice(0, like.length).entries()) {
    const own = like[index] ?? '';
    const isFilled = parameterNames(segment).every(name => names.includes(name));
    if (!isFilled && !own.startsWith(':')) break;
    path += `/${isFilled ? segment : own}`;
    paths.push(path);
  }
  return paths;
}
