import { DERIVED, isTags } from './cached-options.js';
import { isFunction, isSeconds, Validate } from './validate.js';

/* eslint-disable @typescript-eslint/no-explicit-any -- the method's own arguments, result and class, which the author may type */

/**
 * The options of `@Memoized`, each with its check. Functions get the arguments of the call, and the object of the call as `this`.
 */
export class MemoizedOptionRules {
  /**
   * Seconds that a result stays fresh. 0: the result never expires.
   *
   * @default the `defaultTimeout` of the configuration
   */
  @Validate(isSeconds, 'a number of seconds, 0 or more', 'timeout: 60 for a minute')
  readonly timeout?: number;

  /**
   * If true, the call bypasses the cache: the method runs, and the cache stores nothing.
   *
   * @default none
   */
  @Validate(isFunction, 'a function of the arguments', 'unless: id => id === 0')
  readonly unless?: (this: any, ...args: any[]) => boolean | Promise<boolean>;

  /**
   * If true, the method runs, and the new result replaces the stored one.
   *
   * @default none
   */
  @Validate(isFunction, 'a function of the arguments', 'forcedUpdate: (id, isFresh) => isFresh')
  readonly forcedUpdate?: (this: any, ...args: any[]) => boolean | Promise<boolean>;

  /**
   * If false, the caller gets the result, but the cache does not store it. If the function throws, the cache does not store the
   * result either.
   *
   * @default none
   */
  @Validate(isFunction, 'a function of the result and the arguments', 'responseFilter: result => result !== null')
  readonly responseFilter?: (this: any, result: any, ...args: any[]) => boolean;

  /**
   * Positions of arguments that are not in the key. The first position is 0. The option contradicts `makeCacheKey`.
   *
   * @default none
   */
  @Validate(isPositions, 'an array of positions, the first being 0', 'argsToIgnore: [1] for the second argument')
  readonly argsToIgnore?: readonly number[];

  /**
   * Returns a text that replaces the arguments in the key. Calls with the same text get the same result.
   *
   * @default the arguments, by value
   */
  @Validate(isFunction, 'a function of the arguments that returns a string', 'makeCacheKey: user => user.id')
  readonly makeCacheKey?: (this: any, ...args: any[]) => string;

  /**
   * Names for `cache.invalidateTags`: an array, or a function of the result and the arguments. `'derived'`: the tables and rows that the
   * method reads through a data source of `followEntities`. If the library cannot follow a read, the result is not stored.
   *
   * @default none
   */
  @Validate(
    value => isFunction(value) || isTags(value) || value === DERIVED,
    `an array of names, a function of the result and the arguments that returns one, or '${DERIVED}'`,
    `tags: ['users'], or tags: user => [\`user:\${user.id}\`]`,
  )
  readonly tags?: readonly string[] | 'derived' | ((this: any, result: any, ...args: any[]) => readonly string[]);

  /**
   * Builds the result from its JSON if JSON cannot carry the result: a date, an instance of a class. The cache does not call the
   * function for `undefined` and `null`.
   *
   * @default the parsed JSON
   */
  @Validate(isFunction, 'a function of the JSON that returns the result', 'revive: json => Object.assign(new User(), json)')
  readonly revive?: (json: any) => unknown;
}

/* eslint-enable @typescript-eslint/no-explicit-any */

/**
 * The options of `@Memoized`. All are optional.
 *
 * @interface
 */
export type MemoizedOptions = { readonly [Name in keyof MemoizedOptionRules]?: MemoizedOptionRules[Name] | undefined };

function isPositions(value: unknown): boolean {
  return Array.isArray(value) && value.every(position => Number.isInteger(position) && position >= 0);
}
