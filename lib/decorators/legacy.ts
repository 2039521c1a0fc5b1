import { CacheUsageError } from '../errors/cache-errors.js';

/**
 * Refuses a call as a standard (TC39) decorator. TypeScript compiles decorators this way without `experimentalDecorators`.
 *
 * @param context the second argument of the decorator: the name of a method, or the context of a standard decorator
 * @throws CacheUsageError that names the settings of the compiler
 */
export function refuseStandard(decorator: string, context: unknown): void {
  if (typeof context !== 'object' || context === null || !('kind' in context)) return;
  const { name } = context as { readonly name?: unknown };
  throw new CacheUsageError('CACHE_USAGE_INVALID', [
    `${decorator} of ${String(name)} is compiled as a standard decorator, which routing-controllers does not support. Write "experimentalDecorators": true and "emitDecoratorMetadata": true in the compilerOptions of tsconfig.json, and let the bundler or test runner read them.`,
  ]);
}
