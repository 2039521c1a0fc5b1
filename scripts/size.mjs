import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmCommand } from './npm.mjs';

/** Prints the sizes of the package, and fails if one exceeds its budget in `size-budget.json`. All sizes are in bytes. */
const root = fileURLToPath(new URL('..', import.meta.url));
const budget = JSON.parse(readFileSync(join(root, 'size-budget.json'), 'utf8'));

/** The size of the published archive, and of its files. */
function packedSizes() {
  const [command, args] = npmCommand(['pack', '--dry-run', '--ignore-scripts', '--json']);
  const output = execFileSync(command, args, { cwd: root, encoding: 'utf8' });
  const [{ size, unpackedSize }] = JSON.parse(output);
  return { tarball: size, unpacked: unpackedSize };
}

/** The files of the package and of its own dependencies that `require('routing-controllers-cache')` loads. Peers are not counted. */
function loadedSize() {
  const require = createRequire(import.meta.url);
  const { dependencies } = require('../package.json');
  require('../dist/index.js');
  const own = [join(root, 'dist') + sep, ...Object.keys(dependencies).map(name => join(root, 'node_modules', name) + sep)];
  const files = Object.keys(require.cache).filter(file => own.some(folder => file.startsWith(folder)));
  return files.reduce((sum, file) => sum + statSync(file).size, 0);
}

const sizes = { ...packedSizes(), loaded: loadedSize() };
for (const [name, bytes] of Object.entries(sizes)) {
  const isWithin = bytes <= budget[name];
  console.log(`${name}: ${bytes} bytes of ${budget[name]}${isWithin ? '' : ', over its budget'}`);
  if (!isWithin) process.exitCode = 1;
}
