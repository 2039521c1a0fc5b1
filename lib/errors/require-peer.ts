import { CacheConfigError } from './cache-errors.js';

/**
 * Names the missing package in an error. An application installs an optional peer package only if it uses the subpath. Each
 * subpath calls `require` with a literal name inside `try`. So bundlers find the package, and tolerate its absence.
 *
 * @param subpath the subpath that needs the package, in the form of its import
 * @param error the error of `require`
 * @returns the error to throw
 */
export function missingPeer(name: string, subpath: string, error: unknown): unknown {
  if (!isMissing(name, error)) return error;
  return new CacheConfigError([`${subpath} needs the package ${name}, which is not installed. Run: npm install ${name}`]);
}

/**
 * Returns true if the package itself is missing. An installed package without one of its own dependencies is broken, not missing.
 */
function isMissing(name: string, error: unknown): boolean {
  const { code, message = '' } = error as { code?: string; message?: string };
  return code === 'MODULE_NOT_FOUND' && message.includes(`Cannot find module '${name}'`);
}
