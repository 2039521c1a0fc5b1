import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { CheckReport } from '../.ci/check-report.mjs';
import { checkMatrix, COMPILERS, MODULES, NODES, OLDEST, PEER_SETS } from '../.ci/matrix.mjs';
import { pack } from '../.ci/package.mjs';
import { endAll } from '../.ci/program.mjs';

/**
 * Tries the packed package on all combinations of Node, TypeScript, class-validator and Express, in about fifteen minutes. `--short` tries
 * only the rows of continuous integration. `--write` writes the table of `docs/compatibility.md`.
 */
const { short, write } = parseArgs({
  options: { short: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
}).values;
if (short && write) throw new Error('The table has all combinations: use --write without --short.');

const PAGE = fileURLToPath(new URL('../docs/compatibility.md', import.meta.url));
const SECTION = /(?<=<!-- matrix -->\n)[\s\S]*(?=<!-- end of matrix -->)/;

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'matrix-'));
const report = new CheckReport('the matrix ran to its end');
process.on('exit', () => {
  endAll();
  rmSync(scratch, { recursive: true, force: true });
  report.close();
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit());

const tarball = await report.check('package: builds and packs', () => pack(root, scratch));
const { outcomes, versions } = await checkMatrix(report, root, scratch, tarball, { isFull: !short });
if (write) await writeTable();
report.isComplete = true;
process.exit();

async function writeTable() {
  const { nodes, compilers } = versions();
  const [oldest, ...current] = nodes;
  const rows = [
    ...COMPILERS.map((compiler, at) => [compiler, `TypeScript ${compilers[at]}`]),
    ...Object.keys(MODULES).map(kind => [kind, `JavaScript, ${kind}`]),
  ];
  const heads = PEER_SETS.map(({ validator, express }) => `validator ${validator}, Express ${express}`);
  const lines = [
    ['code', ...heads],
    ['code', ...heads].map(() => '---'),
    ...rows.map(([code, name]) => [name, ...PEER_SETS.map(peers => cell(code, peers))]),
  ];
  const worksWithOldest = outcomes.filter(({ node }) => node === oldest).every(({ isOk }) => isOk);
  const text = `
Node ${current.join(', ')}, with routing-controllers ${PEER_SETS[0].host}. A cell has the versions of Node on which the server runs:

${lines.map(line => `| ${line.join(' | ')} |`).join('\n')}

The oldest versions together, Node ${oldest}, TypeScript ${compilers[0]}, routing-controllers ${OLDEST.peers.host} and class-validator ${OLDEST.peers.validator},
${worksWithOldest ? 'work' : 'fail'} too.

`;
  const page = readFileSync(PAGE, 'utf8').replace(SECTION, () => text);
  writeFileSync(PAGE, await format(page, { ...(await resolveConfig(PAGE)), filepath: PAGE }));
}

function cell(code, peers) {
  const works = outcomes.filter(outcome => outcome.code === code && outcome.peers === peers && outcome.isOk);
  return NODES.filter(node => works.some(outcome => outcome.node === node)).join(', ') || 'none';
}
