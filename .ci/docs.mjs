import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { install, PEERS } from './consumers.mjs';
import { runInstalled, runNpm } from './program.mjs';
import { CheckFailure } from './check-report.mjs';

const TESTING_PAGE = 'docs/recipes/testing.md';
/** The project of a user who tests an app: the files that the recipes leave to the documentation of each test runner. */
const PROJECT = {
  'package.json': JSON.stringify({ private: true, type: 'commonjs' }),
  'tsconfig.json': JSON.stringify({
    compilerOptions: {
      target: 'ES2022',
      module: 'node16',
      strict: true,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      isolatedModules: true,
    },
    include: ['*.ts'],
  }),
  'jest.config.js': `module.exports = {
    testMatch: ['**/products.spec.ts'],
    moduleNameMapper: { '^(\\\\.{1,2}/.*)\\\\.js$': '$1' },
    transform: { '^.+\\\\.ts$': 'ts-jest' },
  };`,
};
const RUNNERS = [
  { name: 'Jest', heading: 'Jest, with fake timers', file: 'products.spec.ts', command: ['jest'] },
  {
    name: 'Vitest',
    heading: 'Vitest, with fake timers',
    file: 'products.test.ts',
    command: ['vitest', 'run', 'products.test.ts'],
  },
];
const PACKAGES = [...PEERS, 'typescript', '@types/express', '@types/node', 'jest', 'ts-jest', 'vitest'];

/** Builds the site of the docs, looks for dead links, opens it in a browser, and runs the recipes that are tests. */
export async function checkDocs(report, root, scratch, tarball) {
  const built = await report.check('docs: npm run docs builds the site without a warning', async () => {
    const output = await runNpm(['run', '--silent', 'docs'], { cwd: root, seconds: 180 });
    if (/warning/i.test(output)) throw new CheckFailure('The build of the site has warnings.', output);
  });
  await report.check('docs: no page of the site has a dead link within the site', async () => {
    built();
    const args = ['site', '--recurse', '--check-fragments', '--skip', '^https?://(?!localhost)', '--verbosity', 'error'];
    const output = await runInstalled(root, 'linkinator', args, { seconds: 120 });
    if (!/Successfully scanned \d{2,} links/.test(output)) throw new CheckFailure('linkinator scanned no links.', output);
  });
  await report.check('docs: the pages of the site open in Chromium without an error, and its search finds', async () => {
    built();
    await runNpm(['run', '--silent', 'docs:browse'], { cwd: root, seconds: 180 });
  });
  await checkTestRecipes(report, root, scratch, tarball);
}

async function checkTestRecipes(report, root, scratch, tarball) {
  const project = join(scratch, 'recipes');
  const ready = await report.check('docs: the recipes for tests install in an empty project', async () => {
    await mkdir(project);
    const page = await readFile(join(root, TESTING_PAGE), 'utf8');
    const examples = { 'products.ts': exampleAfter(page, '# ') };
    for (const { heading, file } of RUNNERS) examples[file] = exampleAfter(page, `## ${heading}`);
    for (const [file, text] of Object.entries({ ...PROJECT, ...examples })) await writeFile(join(project, file), text);
    await install(root, project, tarball(), PACKAGES);
  });
  for (const { name, command } of RUNNERS) {
    await report.check(`docs: the recipe for ${name} passes with ${name}`, async () => {
      ready();
      const [program, ...args] = command;
      const output = await runInstalled(project, program, args, { seconds: 120 });
      if (!/1 passed/.test(output)) throw new CheckFailure('No test ran.', output);
    });
  }
}

/** Returns the first example below a heading. */
function exampleAfter(page, heading) {
  const from = page.indexOf(`${heading}`);
  const code = /^```ts(?: +\S+)?\n([\s\S]*?)^```$/m.exec(from === -1 ? '' : page.slice(from))?.[1];
  if (code === undefined) throw new CheckFailure(`${TESTING_PAGE} has no example below ${heading}.`);
  return code;
}
