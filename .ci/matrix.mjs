import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { CheckFailure } from './check-report.mjs';
import { install, serveAndChange, SOURCES, SUBPATH_PEERS } from './consumers.mjs';
import { run, runNpm } from './program.mjs';

export const NODES = ['20', '22', '24'];
export const COMPILERS = ['5.0', '5.1', '5.2', '5.3', '5.4', '5.5', '5.6', '5.7', '5.8', '5.9', '6.0', '7.0'];
const VALIDATORS = ['0.14', '0.15'];
const EXPRESSES = ['4', '5'];

/** The installed packages of a row, apart from Node and the compiler. */
export const PEER_SETS = VALIDATORS.flatMap(validator => EXPRESSES.map(express => ({ validator, express, host: '0.11.3' })));

/** The oldest versions that `package.json` admits, together. */
export const OLDEST = { node: '20.0.0', compiler: '5.0', peers: { validator: '0.14.1', express: '4', host: '0.11.1' } };

/** All combinations, and the oldest versions. A version means its newest patch. */
const FULL = [
  OLDEST,
  ...PEER_SETS.flatMap(peers => COMPILERS.flatMap(compiler => NODES.map(node => ({ node, compiler, peers })))),
];

/** The rows of continuous integration. The other checks run on Node 20, TypeScript 6.0, class-validator 0.14 and Express 4. */
const SHORT = [
  OLDEST,
  { node: '22', compiler: '5.9', peers: PEER_SETS[1] },
  { node: '24', compiler: '7.0', peers: PEER_SETS[3] },
];

/** Plain JavaScript, which needs no compiler. */
export const MODULES = { CommonJS: 'server.cjs', 'ES modules': 'server.mjs' };

/**
 * Installs the tarball with each set of peers, compiles a server and the use of all subpaths with each compiler, and sends requests to
 * the server on each version of Node: a miss, a hit, and a miss after a change.
 * @returns the outcomes `{ code, node, peers, isOk }`, in which `code` is a compiler or a kind of module, and the versions that npm installed
 */
export async function checkMatrix(report, root, scratch, tarball, { isFull }) {
  const rows = isFull ? FULL : SHORT;
  const folder = join(scratch, 'matrix');
  const nodes = distinct(rows.map(({ node }) => node));
  const compilers = distinct(rows.map(({ compiler }) => compiler));
  const programs = await report.check(`matrix: installs Node ${nodes.join(', ')} and TypeScript ${compilers.join(', ')}`, () =>
    installPrograms(folder, nodes, compilers),
  );
  const outcomes = [];
  for (const peers of distinct(rows.map(row => row.peers))) {
    const mine = rows.filter(row => row.peers === peers);
    const project = join(folder, `${peers.host}-${peers.validator}-${peers.express}`);
    const ready = await report.check(`matrix: installs the tarball with ${named(peers)}`, () =>
      createProject(root, project, tarball(), peers),
    );
    const serve = async (code, main, node, isReady) => {
      const served = await report.check(`matrix: serves, ${code}, Node ${node}, ${named(peers)}`, async () => {
        isReady();
        await serveAndChange(project, main, programs().node(node));
      });
      outcomes.push({ code, node, peers, isOk: succeeded(served) });
    };
    const compileAndServe = compiler => async () => {
      const compiled = await report.check(`matrix: compiles, TypeScript ${compiler}, ${named(peers)}`, async () => {
        ready();
        const args = [programs().compiler(compiler), '-p', 'tsconfig.matrix.json', '--outDir', `dist/${compiler}`];
        await run(process.execPath, args, { cwd: project, seconds: 300 });
      });
      for (const row of mine.filter(row => row.compiler === compiler))
        await serve(compiler, `dist/${compiler}/server.js`, row.node, compiled);
    };
    const serveModules = node => async () => {
      for (const [kind, main] of Object.entries(MODULES)) await serve(kind, main, node, ready);
    };
    await inPairs([
      ...distinct(mine.map(({ compiler }) => compiler)).map(compileAndServe),
      ...distinct(mine.map(({ node }) => node)).map(serveModules),
    ]);
  }
  return { outcomes, versions: () => programs().versions };
}

/** Installs the versions of Node and of TypeScript side by side, outside of all projects. */
async function installPrograms(folder, nodes, compilers) {
  await mkdir(folder);
  const node = `node-${process.platform}-${process.arch}`;
  const wanted = [
    ...nodes.map(version => `node-${version}@npm:${node}@${version}`),
    ...compilers.map(version => `typescript-${version}@npm:typescript@${version}`),
  ];
  await runNpm(['install', '--no-audit', '--no-fund', '--prefix', folder, ...wanted], { cwd: folder, seconds: 300 });
  const folderOf = name => join(folder, 'node_modules', name);
  const programOf = version => join(folderOf(`node-${version}`), 'bin', 'node');
  const compilerOf = version => join(folderOf(`typescript-${version}`), 'bin', 'tsc');
  const versionOf = async (node, args) => (await run(node, [...args, '--version'], { seconds: 30 })).match(/[\d.]+/)[0];
  return {
    node: programOf,
    compiler: compilerOf,
    versions: {
      nodes: await Promise.all(nodes.map(version => versionOf(programOf(version), []))),
      compilers: await Promise.all(compilers.map(version => versionOf(process.execPath, [compilerOf(version)]))),
    },
  };
}

async function createProject(root, project, tarball, { validator, express, host }) {
  for (const consumer of ['esm', 'commonjs', 'typescript']) await cp(join(SOURCES, consumer), project, { recursive: true });
  // The range of routing-controllers ends before class-validator 0.15, so npm refuses the two without this line.
  const overrides = { 'routing-controllers': { 'class-validator': '$class-validator' } };
  await writeFile(join(project, 'package.json'), JSON.stringify({ private: true, overrides }));
  await install(root, project, tarball, [
    ...['class-transformer', 'reflect-metadata', '@types/node', ...SUBPATH_PEERS],
    ...[`class-validator@${validator}`, `express@${express}`, `@types/express@${express}`, `routing-controllers@${host}`],
  ]);
  const installed = JSON.parse(await readFile(join(project, 'node_modules/class-validator/package.json'), 'utf8')).version;
  if (!installed.startsWith(validator)) throw new CheckFailure(`npm installed class-validator ${installed}.`);
}

/** Runs the tasks, two at once. */
async function inPairs(tasks) {
  const queue = tasks.values();
  const work = async () => {
    for (const task of queue) await task();
  };
  await Promise.all([work(), work()]);
}

function succeeded(result) {
  try {
    result();
    return true;
  } catch {
    return false; // The report has the reason.
  }
}

function distinct(values) {
  return [...new Set(values)];
}

function named({ validator, express, host }) {
  return `routing-controllers ${host}, class-validator ${validator}, Express ${express}`;
}
