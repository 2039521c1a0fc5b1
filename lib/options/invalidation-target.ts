import type { Action } from './action.js';
import { isSeconds, Validate } from './validate.js';

/** The argument of a target function: the request that changes data. */
export interface ChangeContext {
  /** The request and the response. For a method that is no action: `undefined`. */
  readonly action: Action;
  /** The arguments of the method, as an array. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the author may type them as the method declares them
  readonly args: any;
  /**
   * The result of the method. It is `undefined` if the method threw, or if the method still writes to `@Res()`. With a shared
   * store the library also calls the function once before the method runs, to declare the change; the result is `undefined` in
   * that call.
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- the type that the method returns
  readonly result: any;
}

/** The longest time to settle, in seconds. */
const MAX_SETTLE = 3600;

/** The check of a time to settle, for `Validate`. */
export const SETTLE = [
  (value: unknown): boolean => isSeconds(value) && (value as number) <= MAX_SETTLE,
  `a number of seconds from 0 to ${MAX_SETTLE}`,
  'settle: 2',
] as const;

/** The options of `@InvalidatesCache` and `cache.changing`. */
export class InvalidationOptionRules {
  /**
   * Seconds after the change in which the responses that it covers are computed and not stored: the time that a replica or an index
   * needs to follow.
   *
   * @default the `settle` of `@CacheDefaults`, or of the configuration
   */
  @Validate(...SETTLE)
  readonly settle?: number;
}

/**
 * The options of `@InvalidatesCache` and `cache.changing`.
 *
 * @interface
 */
export type InvalidationOptions = {
  readonly [Name in keyof InvalidationOptionRules]?: InvalidationOptionRules[Name] | undefined;
};

/** One name, or an array of names. */
type Names = string | readonly string[];

/**
 * Path prefixes, or path prefixes and tags. A prefix has the form of a route in a controller, relative to the `routePrefix` of
 * the app: `/users/:username`.
 */
export type InvalidatedNames = Names | { readonly paths?: Names; readonly tags?: Names };

/** The paths and tags that a change makes stale, or a function that returns them. */
export type InvalidationTarget = InvalidatedNames | ((context: ChangeContext) => InvalidatedNames);

/** The target of `cache.changing`: names, or a function of the result of the work. */
export type ChangeTarget<Result> =
  | InvalidatedNames
  /** `result` is undefined before the work, and after an error. */
  | ((context: { readonly result: Result | undefined }) => InvalidatedNames);

/** The names in a target, not yet checked: JavaScript may pass any type. */
export interface RawTargets {
  readonly paths: readonly unknown[];
  readonly tags: readonly unknown[];
}

/**
 * Splits a target into paths and tags.
 *
 * @throws TypeError if the value is no target
 */
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
