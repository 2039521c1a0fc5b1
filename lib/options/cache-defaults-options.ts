import { CachedOptionRules } from './cached-options.js';
import { SETTLE } from './invalidation-target.js';
import { Validate } from './validate.js';

/** The options of `@CacheDefaults`. */
export class CacheDefaultRules extends CachedOptionRules {
  /**
   * Seconds after a change in which the responses that it covers are computed and not stored, for each `@InvalidatesCache` of the
   * class.
   *
   * @default the `settle` of the configuration
   */
  @Validate(...SETTLE)
  readonly settle?: number;
}

/**
 * The options of `@CacheDefaults`: those of `@Cached`, and `settle` for `@InvalidatesCache`.
 *
 * @interface
 */
export type CacheDefaultsOptions = { readonly [Name in keyof CacheDefaultRules]?: CacheDefaultRules[Name] | undefined };
