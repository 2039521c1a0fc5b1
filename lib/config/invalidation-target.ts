import type { Action } from '../controllers/action.js';

/** What a target function is told of the change. */
export interface ChangeContext {
  readonly action: Action;
  /** The array of the method's arguments. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- which the author may type as the method declares them
  readonly args: any;
  /** What the method returned. `undefined` where it threw, or while it is still writing to `@Res()` itself. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- of whatever type the method returns
  readonly result: any;
}

/** Path prefixes, written as routes are written in controllers, relative to the app's `routePrefix`: `/users/:username`. */
export type InvalidatedPaths = string | readonly string[] | { readonly paths: string | readonly string[] };

/** What a change makes out of date. */
export type InvalidationTarget = InvalidatedPaths | ((context: ChangeContext) => InvalidatedPaths);

/** The prefixes as a list. */
export function prefixesOf(paths: InvalidatedPaths): readonly string[] {
  if (typeof paths === 'string') return [paths];
  if (isList(paths)) return paths;
  return prefixesOf(paths.paths);
}

function isList(paths: Exclude<InvalidatedPaths, string>): paths is readonly string[] {
  return Array.isArray(paths);
}
