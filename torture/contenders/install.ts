import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const INSTALL = join(__dirname, '../../scripts/install-when-needed.mjs');

/** Installs the contenders if they are missing, or older than their lock file. */
export function installContenders(): void {
  const { status } = spawnSync(process.execPath, [INSTALL, __dirname], { stdio: 'inherit' });
  if (status !== 0) throw new Error('The contenders could not be installed.');
}
