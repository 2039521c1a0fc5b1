import { mayCover, segmentsOf, type RouteSegments } from '../keys/route-segments.js';

/** A route, or the path prefix of a target, and the path before it. */
export interface Place {
  /** The mount path and the `routePrefix` of the app. Undefined if no server has the controller. */
  readonly base: readonly string[] | undefined;
  readonly segments: RouteSegments;
}

/** The place of a route of a controller, or of a prefix that is relative to the app. @param base undefined if it is unknown */
export function placeIn(base: string | undefined, route: unknown): Place {
  return { base: base === undefined ? undefined : segmentsOf(base), segments: segmentsOf(route) };
}

/** The place of a whole path, as in the target of a service. A segment `*` covers every segment, as in `cache.invalidate`. */
export function wholePlace(path: string): Place {
  return { base: [], segments: segmentsOf(path.replace(/\/\*.*$/, '')) };
}

/** Returns true if a prefix may cover a route. If a base is unknown, it counts as the same. */
export function covers(prefix: Place, route: Place): boolean {
  if (prefix.segments === undefined) return false;
  if (prefix.base === undefined || route.base === undefined) return mayCover(prefix.segments, route.segments);
  return mayCover([...prefix.base, ...prefix.segments], route.segments && [...route.base, ...route.segments]);
}

/** Returns true if a whole path may cover a route. If the base of the route is unknown, the path may begin with any base. */
export function coversWhole(path: Place, route: Place): boolean {
  if (route.base !== undefined || path.segments === undefined) return covers(path, route);
  const { segments } = path;
  return segments.length === 0 || segments.some((_, index) => mayCover(segments.slice(index), route.segments));
}

/** Returns true if a prefix covers all paths, and with them the results that have no route. */
export function coversAll({ base = [], segments }: Place): boolean {
  return segments !== undefined && base.length + segments.length === 0;
}
