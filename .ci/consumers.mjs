import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Program, run, runInstalled, runNpm } from './program.mjs';
import { expectHit, expectMiss, sendExpecting } from './requests.mjs';
import { CheckFailure } from './check-report.mjs';

export const SOURCES = fileURLToPath(new URL('consumers', import.meta.url));
export const PEERS = ['class-transformer', 'class-validator', 'express', 'reflect-metadata', 'routing-controllers'];

/** The packages that the subpaths need, in the order in which the consumers use them. */
export const SUBPATH_PEERS = ['redis', 'memcache-client', 'keyv', 'prom-client', '@opentelemetry/api'];

/** Folders under `consumers`. Each is a project that installs the tarball and starts a server with it. */
const CONSUMERS = [
  { name: 'commonjs', packages: PEERS, main: 'server.cjs', stores: 'stores.cjs' },
  { name: 'esm', packages: PEERS, main: 'server.mjs', stores: 'stores.mjs' },
  {
    name: 'typescript',
    packages: [...PEERS, 'typescript', '@types/express', '@types/node'],
    main: 'dist/server.js',
    stores: 'dist/stores.js',
    compile: true,
  },
];

/** Installs the tarball in projects outside the repository, and starts their servers. */
export async function checkConsumers(report, root, scratch, tarball) {
  for (const consumer of CONSUMERS) {
    const project = join(scratch, consumer.name);
    let ready = await report.check(`consumer ${consumer.name}: installs the tarball in an empty project`, async () => {
      await cp(join(SOURCES, consumer.name), project, { recursive: true });
      await install(root, project, tarball(), consumer.packages);
    });
    if (consumer.compile) {
      const installed = ready;
      ready = await report.check(`consumer ${consumer.name}: compiles`, async () => {
        installed();
        await runInstalled(project, 'tsc', [], { seconds: 120 });
      });
    }
    await report.check(
      `consumer ${consumer.name}: serves a miss, a hit with the same bytes, and a miss after a change`,
      async () => {
        ready();
        await serveAndChange(project, consumer.main);
      },
    );
    await report.check(`consumer ${consumer.name}: audits its server from the command line, without listening`, async () => {
      ready();
      const output = await runInstalled(project, 'routing-controllers-cache', ['audit', consumer.main], { seconds: 60 });
      if (!/^1 cached action, 0 memoized methods, 1 change, 0 findings\.$/m.test(output))
        throw new CheckFailure('Expected an audit without findings.', output);
    });
    await checkStores(report, root, project, ready, consumer);
    if (consumer.main === 'server.cjs') await checkOldNode(report, scratch, project, ready);
  }
  await checkStoreSuite(report, root, scratch, tarball);
}

/** Runs the server on Node 18, if npm has a package of Node 18 for this system. */
async function checkOldNode(report, scratch, project, ready) {
  const folder = join(scratch, 'node-18');
  const name = `node-${process.platform}-${process.arch}`;
  try {
    await mkdir(folder);
    await runNpm(['install', '--no-audit', '--no-fund', '--prefix', folder, `${name}@18`], { cwd: folder, seconds: 180 });
  } catch (error) {
    report.note(`Node 18 is not to be had as ${name}@18, so the import is not tried on it.\n${error.message}`);
    return;
  }
  await report.check('consumer commonjs: is told on Node 18, when it imports the package, that it needs Node 20', async () => {
    ready();
    const program = new Program(join(folder, 'node_modules', name, 'bin/node'), ['server.cjs'], { cwd: project });
    const { code } = await program.endWithin(60_000);
    if (code === 1 && /routing-controllers-cache needs Node 20 or later, and this is Node 18\./.test(program.output)) return;
    throw new CheckFailure(`Ended with ${code}.`, program.output);
  });
}

/** Imports each subpath by name: first without the packages that it needs, without a compilation, and then with them. */
async function checkStores(report, root, project, ready, { name, stores, compile }) {
  const made = SUBPATH_PEERS.map(() => 'function');
  if (!compile) {
    const title = `consumer ${name}: each subpath loads without the packages that it needs, and names what to install when it is used`;
    await report.check(title, async () => {
      ready();
      await expectStores(
        project,
        stores,
        SUBPATH_PEERS.map(peer => `npm install ${peer}`),
      );
    });
  }
  await report.check(`consumer ${name}: uses each subpath; the main entry loads none of their packages`, async () => {
    ready();
    await installPeers(root, project, SUBPATH_PEERS);
    if (compile) {
      await runInstalled(project, 'tsc', ['-p', 'tsconfig.stores.json'], { seconds: 120 });
    }
    await expectStores(project, stores, made);
  });
}

async function expectStores(project, file, stores) {
  const output = await run('node', [file], { cwd: project, seconds: 60 });
  const expected = JSON.stringify({ loaded: [], testing: 'function', openapi: 'function', stores });
  if (output.trim() !== expected) throw new CheckFailure(`Expected ${expected}.`, output);
}

/** Tests a store as its author does, with the test runner of Node only. */
async function checkStoreSuite(report, root, scratch, tarball) {
  const project = join(scratch, 'node-test');
  await report.check('consumer node-test: describeStore passes a store and fails a broken one, with node --test', async () => {
    await cp(join(SOURCES, 'node-test'), project, { recursive: true });
    await install(root, project, tarball(), PEERS);
    const program = new Program('node', ['--test', '--test-reporter=tap', 'store.test.cjs'], { cwd: project });
    await program.endWithin(60_000);
    const verdicts = ['a store', 'a broken store'].map(
      name => new RegExp(`^((?:not )?ok) \\d+ - ${name}, as a store$`, 'm').exec(program.output)?.[1],
    );
    if (verdicts.join() === 'ok,not ok') return;
    throw new CheckFailure(`Expected ok for the store and not ok for the broken one, got ${verdicts.join()}.`, program.output);
  });
}

export function install(root, project, tarball, packages) {
  return installPeers(root, project, packages, [tarball]);
}

/** Installs packages, those without a version in the range of this project, and installs given files unchanged. */
async function installPeers(root, project, packages, files = []) {
  const { devDependencies } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const wanted = packages.map(name => (name.lastIndexOf('@') > 0 ? name : `${name}@${devDependencies[name]}`));
  await runNpm(['install', '--no-audit', '--no-fund', ...files, ...wanted], { cwd: project, seconds: 180 });
}

/** Starts a server and fails unless it serves a miss, a hit, and a miss after a change. */
export async function serveAndChange(project, main, node = process.execPath) {
  const program = new Program(node, [main], { cwd: project });
  try {
    const port = await portOf(program);
    const first = await expectMiss(port, '/greetings/ada');
    await expectHit(port, '/greetings/ada', first);
    await sendExpecting(200, port, '/greetings/ada', { method: 'PUT' });
    await expectMiss(port, '/greetings/ada');
    const { body } = await sendExpecting(200, port, '/stats');
    const { hits, misses } = JSON.parse(body.toString());
    if (hits !== 1 || misses !== 2) throw new CheckFailure(`stats: expected 1 hit, 2 misses, got ${body.toString()}`);
  } catch (error) {
    throw new CheckFailure(error.message, program.output);
  } finally {
    program.kill();
    await program.ended;
  }
}

/** Returns the port that the server printed. */
export async function portOf(program) {
  for (let tries = 0; tries < 300 && !program.hasEnded; tries++) {
    const port = /^listening on (\d+)$/m.exec(program.output)?.[1];
    if (port !== undefined) return Number(port);
    await wait(100);
  }
  throw new CheckFailure('The server did not start.');
}
