// Installs the dependencies of the project, or of a folder, if they are missing or older than the lock file. Imports no package.
import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmCommand } from './npm.mjs';

const [folder = fileURLToPath(new URL('..', import.meta.url))] = process.argv.slice(2);
const changedAt = path => statSync(join(resolve(folder), path), { throwIfNoEntry: false })?.mtimeMs;

// npm writes the first file after it has installed all packages of the second.
const installed = changedAt('node_modules/.package-lock.json');
if (installed === undefined || installed < changedAt('package-lock.json')) {
  const [command, args] = npmCommand(['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error']);
  const { status } = spawnSync(command, args, { cwd: folder, stdio: 'inherit' });
  process.exit(status ?? 1);
}
