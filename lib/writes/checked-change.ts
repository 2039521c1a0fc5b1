import { CacheUsageError } from '../errors/cache-errors.js';
import { formatValue } from '../errors/format-value.js';
import { InvalidationOptionRules, type ChangeTarget, type InvalidationOptions } from '../options/invalidation-target.js';
import { optionMistakes } from '../options/option-mistakes.js';
import { wholeTargets } from './whole-targets.js';

/**
 * Checks the arguments of `cache.changing`. @returns the options
 *
 * @throws CacheUsageError with all mistakes
 */
export function checkedChange(target: ChangeTarget<never>, work: unknown, options: unknown): InvalidationOptions {
  const mistakes: string[] = [];
  if (typeof target !== 'function') {
    try {
      wholeTargets('cache.changing', target);
    } catch (error) {
      mistakes.push(...(error as CacheUsageError).mistakes);
    }
  }
  if (typeof work !== 'function')
    mistakes.push(`cache.changing: the work must be a function, got ${formatValue(work)}. Write () => db.changeAvatar('bob').`);
  mistakes.push(...optionMistakes(options, new InvalidationOptionRules()).map(mistake => `cache.changing: ${mistake}`));
  if (mistakes.length > 0) throw new CacheUsageError('CACHE_USAGE_INVALID', mistakes);
  return options ?? {};
}
