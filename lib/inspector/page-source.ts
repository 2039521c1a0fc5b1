import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from './package-folder.js';

/** A file of the page, from its folder, as it is written now. The build puts a module in place of this one that holds the files. */
export function pageSource(name: string): Buffer {
  return readFileSync(name.startsWith('uplot/') ? require.resolve(name) : join(packageFolder(), 'inspector-page', name));
}
