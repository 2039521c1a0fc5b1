import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PEERS } from './folders.js';

const lockFile = join(PEERS, 'package-lock.json');
const { packages } = JSON.parse(readFileSync(lockFile, 'utf8')) as { packages: Record<string, { version: string }> };

/** Returns the name and version of a compared package. */
export function named(name: string): string {
  return `\`${name}\` ${packages[`node_modules/${name}`]?.version ?? ''}`.trimEnd();
}
