import 'reflect-metadata';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { cache } from '../lib/index.js';
import { FAILED_ON_PURPOSE } from './failed-on-purpose.js';
import { startOrigin } from './origin.js';
import { numbers, report } from './report.js';
import { judge, type JudgedGroup } from './verdicts.js';

/**
 * Runs the public HTTP cache tests against `@Cached` and writes `docs/conformance.md`. Fails if a result differs from the list.
 * `npm run conformance [-- --check]`: with `--check` the program compares the page with the results and does not write.
 */
const GROUPS = [
  'cc-response',
  'method',
  'status',
  'vary',
  'vary-parse',
  'conditional-inm',
  'headers',
  'invalidation',
  'auth',
  'other',
];
const PAGE = join(__dirname, '..', 'docs', 'conformance.md');

async function main(): Promise<void> {
  const { judged, surprises } = await runTests();
  console.log(numbers(judged));
  const complaints = surprises.length > 0 ? surprises : await publish(judged, process.argv.includes('--check'));
  for (const complaint of complaints) console.error(`FAIL ${complaint}`);
  process.exitCode = complaints.length === 0 ? 0 : 1;
}

async function runTests() {
  const { default: all } = await import('http-cache-tests/tests/index.mjs');
  const runner = await import('http-cache-tests/client/runner.mjs');
  const groups = GROUPS.map(id => {
    const group = all.find(one => one.id === id);
    if (group === undefined) throw new Error(`http-cache-tests has no group ${id}.`);
    return group;
  });
  const origin = await startOrigin();
  try {
    await runner.runTests(groups, fetch, false, origin.url);
  } finally {
    await origin.stop();
    await cache.close();
  }
  return judge(groups, runner.getResults(), FAILED_ON_PURPOSE);
}

/** Writes the page, or compares it with the results. @returns the faults of the page */
async function publish(judged: readonly JudgedGroup[], checkOnly: boolean): Promise<string[]> {
  const page = await format(report(judged), { ...(await resolveConfig(PAGE)), filepath: PAGE });
  if (!checkOnly) {
    await writeFile(PAGE, page);
    return [];
  }
  return (await readFile(PAGE, 'utf8')) === page ? [] : ['docs/conformance.md is not up to date: npm run conformance'];
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
