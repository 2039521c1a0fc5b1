import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckFailure } from './check-report.mjs';

/** Checks that no lock file contains the address of a registry, so that every registry can serve it. */
export async function checkLocks(report, root) {
  await report.check('lock files: none names a registry', async () => {
    const files = await lockFilesUnder(root);
    if (files.length === 0) throw new CheckFailure('There is no lock file.');
    const found = await Promise.all(
      files.map(async file => {
        const lines = (await readFile(join(root, file), 'utf8')).split('\n');
        return lines.filter(line => /"resolved":|\/\/registry\./.test(line)).map(line => `${file}: ${line.trim()}`);
      }),
    );
    if (found.flat().length > 0) throw new CheckFailure('These lines have an address.', found.flat().slice(0, 10).join('\n'));
  });
}

async function lockFilesUnder(folder, path = '') {
  const entries = await readdir(join(folder, path), { withFileTypes: true });
  const inside = entries.filter(entry => entry.isDirectory() && !['node_modules', '.git', 'dist'].includes(entry.name));
  const deeper = await Promise.all(inside.map(({ name }) => lockFilesUnder(folder, join(path, name))));
  return [
    ...(entries.some(({ name }) => name === 'package-lock.json') ? [join(path, 'package-lock.json')] : []),
    ...deeper.flat(),
  ];
}
