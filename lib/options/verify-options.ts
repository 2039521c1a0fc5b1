import { Validate, validationErrors } from './validate.js';

/** The share of hits that are verified, if the options have none. */
const SAMPLE = 0.001;
/** The share of time in which a method may run for a verification, if the options have none. */
const BUDGET = 0.01;

/** The options of `verify`, each with its check. */
class VerifyOptionRules {
  /**
   * The share of hits that are verified: 0 for none, 1 for every hit.
   *
   * @default 0.001
   */
  @Validate(isShare, 'a number from 0 to 1', 'sample: 0.001 for one hit in a thousand')
  readonly sample?: number;

  /**
   * The share of time in which methods may run for verifications. After a run of `t` seconds, no verification begins for
   * `t × (1 / budget - 1)` seconds. 1: no limit.
   *
   * @default 0.01, and 1 with `sample: 1`
   */
  @Validate(value => isShare(value) && value !== 0, 'a number, more than 0 and at most 1', 'budget: 0.01')
  readonly budget?: number;

  /**
   * The handling of a stale entry. `'report'`: the cache reports it, and continues to serve it. `'replace'`: the cache also stores
   * the new response in its place, unless an invalidation came meanwhile.
   *
   * @default 'report'
   */
  @Validate(value => value === 'report' || value === 'replace', `'report' or 'replace'`, `onStale: 'report'`)
  readonly onStale?: 'report' | 'replace';
}

/**
 * The options of `verify`: recomputes a share of hits behind the answer, and compares.
 *
 * @interface
 */
export type VerifyOptions = { readonly [Name in keyof VerifyOptionRules]?: VerifyOptionRules[Name] | undefined };

/** The options of one verification, with the defaults. */
export type ResolvedVerifyOptions = { readonly [Name in keyof VerifyOptionRules]-?: NonNullable<VerifyOptionRules[Name]> };

/** The check of `verify`, for `Validate`. */
export const VERIFY = [
  isVerify,
  `false, or { sample, budget, onStale } with a sample from 0 to 1, a budget of more than 0 and at most 1, and onStale 'report' or 'replace'`,
  'verify: { sample: 0.001 } for one hit in a thousand',
] as const;

function isVerify(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value === false;
  return validationErrors(Object.assign(new VerifyOptionRules(), value)).length === 0;
}

/** Completes the options of an action by those of the configuration. @returns undefined if the action is not verified */
export function resolveVerify(
  configured: false | VerifyOptions,
  own: false | VerifyOptions = {},
): ResolvedVerifyOptions | undefined {
  if (configured === false || own === false) return undefined;
  const sample = own.sample ?? configured.sample ?? SAMPLE;
  return {
    sample,
    budget: own.budget ?? configured.budget ?? (sample === 1 ? 1 : BUDGET),
    onStale: own.onStale ?? configured.onStale ?? 'report',
  };
}

function isShare(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= 1;
}
