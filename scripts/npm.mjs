import { dirname, join } from 'node:path';

/**
 * Returns the command and the arguments that run npm without a shell. Since Node 20.12, Windows starts `npm.cmd` only through a shell, so
 * there Node runs the program of npm that is installed with it.
 */
export function npmCommand(args) {
  if (process.platform !== 'win32') return ['npm', args];
  return [process.execPath, [join(dirname(process.execPath), 'node_modules', 'npm', 'bin', 'npm-cli.js'), ...args]];
}
