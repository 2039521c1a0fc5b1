import { CacheUsageError } from '../errors/cache-errors.js';

/**
 * JavaScript lets a decorator stand without its parentheses: then it is called with the method itself, and would do nothing.
 *
 * @param applied what the decorator was called with
 * @throws CacheUsageError where that is a prototype or a class, and a name
 */
export function refuseWithoutParentheses(decorator: string, applied: readonly unknown[]): void {
  const [target, name] = applied;
  if (typeof target === 'function' && decorator === 'CacheDefaults') throw misuse(target.name, decorator, '({ timeout: 60 })');
  if (typeof name !== 'string' && typeof name !== 'symbol') return;
  const owner = typeof target === 'function' ? target : (target as object).constructor;
  throw misuse(`${owner.name}.${String(name)}`, decorator, '()');
}

function misuse(where: string, decorator: string, call: string): CacheUsageError {
  return new CacheUsageError('CACHE_USAGE_INVALID', [
    `${where}: @${decorator} stands without its parentheses. Write @${decorator}${call}.`,
  ]);
}
