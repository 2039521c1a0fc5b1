import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The folder of server programs on Debian, which is not in the path of every user. */
const SERVER_PROGRAMS = '/usr/sbin';

/** True if the program is installed. */
export function isInstalled(program: string): boolean {
  return programPath(program) !== undefined;
}

/** Returns the path of a program. @returns undefined if it is not installed */
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
