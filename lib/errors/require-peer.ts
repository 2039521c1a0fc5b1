import { CacheConfigError } from './cache-errors.js';

/**
 * Says which package is missing: applications install it only when they use what needs it. It is required where it is used, by its
 * name and within `try`: so bundlers find it, and do without it where it is not installed.
 *
 * @param subpath what needs it, as applications import it
 * @param error of `require`
 * @returns what is to be thrown
 */
export function missingPeer(name: string, subpath: string, error: unknown): unknown {
  if (!isMissing(name, error)) return error;
  return new CacheConfigError([`${subpath} needs the package ${name}, which is not installed. Run: npm install ${name}`]);
}

/** A package that is there but lacks one of its own is broken, not missing. */
function isMissing(name: string, error: unknown): boolean {
  const { code, message = '' } = error as { code?: string; message?: string };
  return code === 'MODULE_NOT_FOUND' && message.includes(`Cannot find module '${name}'`);
}
