import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { LeftOut, Running } from './contender.js';
import { PEERS } from './folders.js';
import { startNodeProgram } from './node-program.js';

const INSTALL = join(__dirname, '../../scripts/install-when-needed.mjs');

/** Starts a contender of another library. */
export async function startPeer(file: string, body: string): Promise<Running | LeftOut> {
  return installPeers()
    ? startNodeProgram({ file: join('peers', file), body })
    : { kind: 'left-out', reason: 'npm cannot install the packages of bench/contenders/peers' };
}

let installed: boolean | undefined;

/** Installs the other libraries if they are missing, or older than their lock file. @returns false if the installation fails */
export function installPeers(): boolean {
  return (installed ??= spawnSync(process.execPath, [INSTALL, PEERS], { stdio: 'inherit' }).status === 0);
}
