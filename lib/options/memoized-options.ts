import { isTags } from './cached-options.js';
import { isFunction, isSeconds, Validate } from './validate.js';

/* eslint-disable @typescript-eslint/no-explicit-any -- the method's own arguments, result and class, which the author may type */

/** The options of `@Memoized`, and what each must be. Functions get the arguments of the call, and its object as `this`. */
export class MemoizedOptionRules {
  /** Seconds a result stays fresh; 0: it never expires. Default: `defaultTimeout`. */
  @Validate(isSeconds, 'a number of seconds, 0 or more', 'timeout: 60 for a minute')
  readonly timeout?: number;

  /** True passes by the cache, both ways. Default: never. */
  @Validate(isFunction, 'a function of the arguments', 'unless: id => id === 0')
  readonly unless?: (this: any, ...args: any[]) => boolean | Promise<boolean>;

  /** True computes the result anew and stores it. Default: never. */
  @Validate(isFunction, 'a function of the arguments', 'forcedUpdate: (id, isFresh) => isFresh')
  readonly forcedUpdate?: (this: any, ...args: any[]) => boolean | Promise<boolean>;

  /** False gives the result to whoever calls, but does not keep it. Default: all that JSON carries is kept. */
  @Validate(isFunction, 'a function of the result and the arguments', 'responseFilter: result => result !== null')
  readonly responseFilter?: (this: any, result: any, ...args: any[]) => boolean;

  /** The positions of arguments that are not in the key, the first being 0. Default: none. */
  @Validate(isPositions, 'an array of positions, the first being 0', 'argsToIgnore: [1] for the second argument')
  readonly argsToIgnore?: readonly number[];

  /** Replaces the arguments in the key: what gives the same text gets the same result. Default: the arguments, by value. */
  @Validate(isFunction, 'a function of the arguments that gives a text', 'makeCacheKey: user => user.id')
  readonly makeCacheKey?: (this: any, ...args: any[]) => string;

  /** Names to invalidate by: fixed, or made from the result and the arguments. Default: none. */
  @Validate(
    value => isFunction(value) || isTags(value),
    'an array of names, or a function of the result and the arguments that gives one',
    `tags: ['users'], or tags: user => [\`user:\${user.id}\`]`,
  )
  readonly tags?: readonly string[] | ((this: any, result: any, ...args: any[]) => readonly string[]);

  /**
   * Makes a result of its JSON again, where the method returns what JSON does not carry: dates, instances of a class. `undefined` and
   * `null` need none. Default: results are JSON.
   */
  @Validate(isFunction, 'a function of the JSON that gives the result', 'revive: json => Object.assign(new User(), json)')
  readonly revive?: (json: any) => unknown;
}

/* eslint-enable @typescript-eslint/no-explicit-any */

/**
 * How a method's results are memoized. All is optional.
 *
 * @interface
 */
export type MemoizedOptions = { readonly [Name in keyof MemoizedOptionRules]?: MemoizedOptionRules[Name] | undefined };

function isPositions(value: unknown): boolean {
  return Array.isArray(value) && value.every(position => Number.isInteger(position) && position >= 0);
}
