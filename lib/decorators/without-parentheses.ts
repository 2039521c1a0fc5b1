import { CacheUsageError } from '../errors/cache-errors.js';

/**
 * Refuses a decorator without parentheses. JavaScript calls it with the class or the method, and it would have no effect.
 *
 * @param applied the arguments of the decorator
 * @throws CacheUsageError if the arguments are a class, or a prototype and a name
 */
export function refuseWithoutParentheses(decorator: string, applied: readonly unknown[]): void {
  const [target, name] = applied;
  if (typeof target === 'function' && decorator === 'CacheDefaults') throw misuse(target.name, decorator, '({ timeout: 60 })');
  if (typeof name !== 'string' && typeof name !== 'symbol') return;
  const owner = typeof target === 'function' ? target : (target as object).constructor;
  throw misuse(`${owner.name}.${String(name)}`, decorator, '()');
}

function misuse(where: string, decorator: string, call: string): CacheUsageError {
  return new CacheUsageError('CACHE_USAGE_INVALID', [`${where}: @${decorator} has no parentheses. Write @${decorator}${call}.`]);
}
