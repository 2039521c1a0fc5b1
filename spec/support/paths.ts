import { readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';

/** Returns a path with slashes on each system. */
export function slashed(path: string): string {
  return path.split(sep).join('/');
}

/** Returns the paths of all files below a folder, relative to it, with slashes. */
export function filesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(path => statSync(join(folder, path)).isFile())
    .map(slashed);
}
