import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where Debian keeps the programs of servers, which is not in everybody's path. */
const SERVER_PROGRAMS = '/usr/sbin';

/** Whether a program is there to be started by its name. */
export function isInstalled(program: string): boolean {
  return programPath(program) !== undefined;
}

/** Where a program is; `undefined`: it is not installed. */
export function programPath(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), SERVER_PROGRAMS];
  return folders.map(folder => join(folder, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
