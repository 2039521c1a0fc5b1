import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PEERS } from './folders.js';

const lockFile = join(PEERS, 'package-lock.json');
const { packages } = JSON.parse(readFileSync(lockFile, 'utf8')) as { packages: Record<string, { version: string }> };

/** The name of a package that is compared with, and the version that is. */
export function named(name: string): string {
  return `\`${name}\` ${packages[`node_modules/${name}`]?.version ?? ''}`.trimEnd();
}
