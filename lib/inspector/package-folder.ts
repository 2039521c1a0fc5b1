import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const NAME = 'routing-controllers-cache';

/** The folder of this package, from wherever it is compiled to. @throws Error where this module is in no folder of it */
export function packageFolder(from = __dirname): string {
  if (nameIn(from) === NAME) return from;
  const above = dirname(from);
  if (above === from)
    throw new Error(`The files of ${NAME} are not beside its code: ${__dirname} is in no folder of the package.`);
  return packageFolder(above);
}

function nameIn(folder: string): unknown {
  try {
    return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name?: unknown }).name;
  } catch {
    // No package.json here: the folder above may have it.
    return undefined;
  }
}
