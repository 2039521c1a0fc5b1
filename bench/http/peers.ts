import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LeftOut, Running } from './contender.js';
import { PEERS } from './folders.js';
import { startNodeProgram } from './node-program.js';

/** Starts a contender of another library. */
export async function startPeer(file: string, body: string): Promise<Running | LeftOut> {
  return installPeers()
    ? startNodeProgram({ file: join('peers', file), body })
    : { kind: 'left-out', reason: 'npm cannot install the packages of bench/contenders/peers' };
}

let installed: boolean | undefined;

/** Installs the other libraries if they are missing, or older than their lock file. @returns false if the installation fails */
export function installPeers(): boolean {
  return (installed ??= isUpToDate() || npmCi());
}

function isUpToDate(): boolean {
  // npm writes the first file after it has installed all packages of the second.
  const [installation, lockFile] = ['node_modules/.package-lock.json', 'package-lock.json'].map(path => join(PEERS, path));
  return existsSync(installation!) && statSync(installation!).mtimeMs >= statSync(lockFile!).mtimeMs;
}

function npmCi(): boolean {
  console.log('installing the other libraries …');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: PEERS, stdio: 'inherit' });
  return status === 0;
}
