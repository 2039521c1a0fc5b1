import { createRequire } from 'node:module';
import { CacheConfigError } from './errors.js';

const load = createRequire(__filename);

/**
 * Loads a package that applications install only when they use what needs it.
 *
 * @param subpath what needs it, as applications import it
 * @throws CacheConfigError when it is not installed
 */
export function requirePeer(name: string, subpath: string): unknown {
  try {
    return load(name);
  } catch (error) {
    if (!isMissing(name, error)) throw error;
    throw new CacheConfigError([`${subpath} needs the package ${name}, which is not installed. Run: npm install ${name}`]);
  }
}

/** A package that is there but lacks one of its own is broken, not missing. */
function isMissing(name: string, error: unknown): boolean {
  const { code, message = '' } = error as { code?: string; message?: string };
  return code === 'MODULE_NOT_FOUND' && message.includes(`Cannot find module '${name}'`);
}
