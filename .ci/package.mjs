import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { run, runInstalled, runNpm } from './program.mjs';
import { CheckFailure } from './check-report.mjs';

const BESIDE_DIST = ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'];

/** Builds and packs the package as for publishing, and checks the tarball. @returns a function that returns its path */
export async function checkPackage(report, root, scratch) {
  const tarball = await report.check('package: builds and packs', () => pack(root, scratch));

  await report.check(
    'package: holds the build of lib, docs, README, CHANGELOG, LICENSE and package.json, nothing else',
    async () => {
      const actual = await contentsOf(tarball());
      const expected = await expectedContents(root);
      const differences = [
        ...expected.filter(path => !actual.includes(path)).map(path => `missing: ${path}`),
        ...actual.filter(path => !expected.includes(path)).map(path => `unexpected: ${path}`),
      ];
      if (differences.length > 0)
        throw new CheckFailure('The files of the tarball differ from the expected ones.', differences.join('\n'));
    },
  );

  for (const [script, what] of [
    ['knip', 'no file, export or dependency is unused (knip)'],
    ['api', 'its public API is as in api/ (api-extractor)'],
    ['size', 'its sizes are within size-budget.json'],
  ])
    await report.check(`package: ${what}`, () => runNpm(['run', '--silent', script], { cwd: root, seconds: 120 }));

  await report.check('package: publint has no complaint', async () => {
    const output = await runInstalled(root, 'publint', ['run', tarball(), '--strict'], { seconds: 60 });
    // publint exits with 0 for suggestions too.
    if (!output.includes('All good!')) throw new CheckFailure('publint has suggestions.', output);
  });

  await report.check('package: the types are right for every way to import it (attw)', () =>
    runInstalled(root, 'attw', [tarball(), '--no-emoji', '--format', 'ascii'], { seconds: 120 }),
  );
  return tarball;
}

export async function pack(root, scratch) {
  // The prepack script runs the build.
  const output = await runNpm(['pack', '--pack-destination', scratch], { cwd: root, seconds: 180 });
  const tarballs = (await readdir(scratch)).filter(name => name.endsWith('.tgz'));
  if (tarballs.length !== 1) throw new CheckFailure(`npm pack made ${tarballs.length} tarballs.`, output);
  return join(scratch, tarballs[0]);
}

async function contentsOf(tarball) {
  const listing = await run('tar', ['-tzf', tarball], { seconds: 30 });
  const paths = listing.split('\n').filter(path => path !== '' && !path.endsWith('/'));
  return paths.map(path => path.replace(/^package\//, '')).sort();
}

async function expectedContents(root) {
  const [lib, contract, docs] = await Promise.all(['lib', 'store-contract', 'docs'].map(folder => filesIn(root, folder)));
  const sources = [...lib.map(path => path.replace(/^lib\//, '')), ...contract];
  const modules = sources.filter(path => path.endsWith('.ts')).map(path => `dist/${path.replace(/\.ts$/, '')}`);
  return [...BESIDE_DIST, ...docs, ...modules.flatMap(path => [`${path}.js`, `${path}.d.ts`])].sort();
}

/** Returns the paths of the files, relative to the root. */
async function filesIn(root, folder) {
  const found = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return found
    .filter(entry => entry.isFile())
    .map(({ parentPath, name }) => relative(root, join(parentPath, name)).split(sep).join('/'));
}
