import type { Action } from './action.js';

/** What a target function is told of the change. */
export interface ChangeContext {
  readonly action: Action;
  /** The array of the method's arguments. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- which the author may type as the method declares them
  readonly args: any;
  /**
   * What the method returned. `undefined` where it threw, or while it is still writing to `@Res()` itself; and with a shared store,
   * which is told of a change before it is made, when the function is asked the first time.
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- of whatever type the method returns
  readonly result: any;
}

/** One name, or several. */
type Names = string | readonly string[];

/**
 * Path prefixes, written as routes are written in controllers, relative to the app's `routePrefix`: `/users/:username`; or prefixes
 * and tags.
 */
export type InvalidatedNames = Names | { readonly paths?: Names; readonly tags?: Names };

/** What a change makes out of date. */
export type InvalidationTarget = InvalidatedNames | ((context: ChangeContext) => InvalidatedNames);

/** What a target names, of whatever type JavaScript has handed in. */
export interface RawTargets {
  readonly paths: readonly unknown[];
  readonly tags: readonly unknown[];
}

/** @throws TypeError where it is no target */
export function parseTarget(target: InvalidatedNames): RawTargets {
  if (typeof target === 'string' || isList(target)) return { paths: listOf(target), tags: [] };
  const { paths = [], tags = [], ...others } = target;
  if (Object.keys(others).length > 0) throw new TypeError('a target has paths and tags');
  return { paths: listOf(paths), tags: listOf(tags) };
}

function listOf(names: Names): readonly unknown[] {
  return isList(names) ? names : [names];
}

function isList(value: unknown): value is readonly string[] {
  return Array.isArray(value);
}
