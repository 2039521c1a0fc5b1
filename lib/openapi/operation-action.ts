import type { LoadedAction } from '../actions/loaded-actions.js';
import { nameOfAction } from '../audit/described-action.js';
import { segmentsOf } from '../keys/route-segments.js';

/** The place of an operation in a document. */
export interface OperationPlace {
  /** The key in `paths`: `/users/{username}`. */
  readonly path: string;
  /** The HTTP method in lower case. */
  readonly method: string;
  readonly operationId: unknown;
  /** The paths of the servers of the document. */
  readonly serverPaths: readonly string[];
}

/** The action of an operation. */
export interface OperationAction {
  readonly action: LoadedAction;
  /** The part of the path of the operation before the route of the action: `/api`, or `''`. */
  readonly base: string;
}

interface Candidate {
  readonly action: LoadedAction;
  readonly before: readonly string[];
  readonly route: readonly string[];
}

/**
 * Finds the action of an operation by path and method.
 *
 * @returns undefined if no action has the path, if the path or the route has a pattern, or if several actions fit equally
 */
export function actionOf(place: OperationPlace, actions: readonly LoadedAction[]): OperationAction | undefined {
  const segments = documentSegments(place.path);
  if (segments === undefined) return undefined;
  const fitting = actions
    .filter(({ type }) => type === place.method)
    .map(action => candidate(segments, action, place.operationId === nameOfAction(action)))
    .filter(found => found !== undefined);
  const wholes = place.serverPaths.map(path => [...(documentSegments(path) ?? []), ...segments]);
  const [first, ...others] = [
    ({ action, route }: Candidate) =>
      wholes.some(whole => haveSameShape(whole, [...(segmentsOf(action.base ?? '') ?? []), ...route])),
    ({ before, route }: Candidate) => [...before, ...route].join('/') === segments.join('/'),
    ({ action }: Candidate) => nameOfAction(action) === place.operationId,
  ].reduce(narrowed, fitting);
  if (first === undefined || others.some(({ action }) => nameOfAction(action) !== nameOfAction(first.action))) return undefined;
  return { action: first.action, base: first.before.map(segment => `/${segment}`).join('') };
}

/** Returns the segments of a path of a document in the form of a route: `{name}` becomes `:name`. */
function documentSegments(path: string): readonly string[] | undefined {
  return segmentsOf(path.replace(/\{(\w+)\}/g, ':$1'));
}

/**
 * Compares the path of an operation with an action. The path may lack the `routePrefix` or the mount path of the app.
 *
 * @param isNamed true if the `operationId` names the action
 */
function candidate(segments: readonly string[], action: LoadedAction, isNamed: boolean): Candidate | undefined {
  const route = segmentsOf(action.route);
  if (route === undefined || route.length > segments.length) return undefined;
  const before = segments.slice(0, segments.length - route.length);
  if (!haveSameShape(segments.slice(before.length), route)) return undefined;
  // If no server has the controller yet, its `routePrefix` is unknown.
  const base = action.base === undefined ? (isNamed ? before : []) : (segmentsOf(action.base) ?? []);
  const isEndOfBase = before.length <= base.length && haveSameShape(before, base.slice(base.length - before.length));
  return isEndOfBase ? { action, before, route } : undefined;
}

/** Returns true if two paths differ at most in the names of their parameters. */
function haveSameShape(one: readonly string[], other: readonly string[]): boolean {
  const shapeOf = (segments: readonly string[]): string => segments.join('/').replace(/:\w+/g, ':');
  return shapeOf(one) === shapeOf(other);
}

/** Returns the candidates that pass a test, or all if none passes. */
function narrowed(candidates: readonly Candidate[], passes: (candidate: Candidate) => boolean): readonly Candidate[] {
  const passing = candidates.filter(passes);
  return passing.length === 0 ? candidates : passing;
}
