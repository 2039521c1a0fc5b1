import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startNpm } from './program.mjs';
import { CheckFailure } from './check-report.mjs';

const MINUTE = 60_000;

/** Runs the checks of `npm test` and counts every spec in them. */
export async function checkSpecs(report, root, scratch) {
  const jestReport = join(scratch, 'specs.json');
  const npmTest = startNpm(['test', '--', '--json', `--outputFile=${jestReport}`], { cwd: root });

  // The specs run last in `npm test`. Without their report, an earlier step failed.
  const outcome = await report.check(
    'npm test: dependencies, typecheck, lint and format, up to the report of the specs',
    async () => {
      const { code } = await npmTest.endWithin(30 * MINUTE);
      const text = await readFile(jestReport, 'utf8').catch(error => {
        throw new CheckFailure(`Ended with ${code} and left no report (${error.code}).`, npmTest.output);
      });
      return { code, specs: summaryOf(JSON.parse(text)) };
    },
  );

  await report.check('npm test: exits with 0 exactly when all specs pass', () => {
    const { code, specs } = outcome();
    if ((code === 0) !== (specs.failed === 0)) throw new CheckFailure(`Exits with ${code}.`, npmTest.output);
  });

  await report.check('npm test: there are specs that pass', () => {
    if (outcome().specs.passed === 0) throw new CheckFailure('None.', npmTest.output);
  });
  count(report, outcome, npmTest);
}

function count(report, outcome, npmTest) {
  let specs;
  try {
    ({ specs } = outcome());
  } catch {
    return; // counted as failed by each of the checks above
  }
  if (specs.passed > 0) report.pass(`specs: ${specs.passed} pass`, specs.passed);
  if (specs.failed > 0) report.fail(`specs: ${specs.failed} do not pass`, npmTest.output, specs.failed);
  for (const title of specs.skipped) console.log(`skip specs: ${title}`);
  console.log(`     ${specs.skipped.length} skipped`);
  const leftovers = npmTest.output.match(/^.*(?:did not exit|failed to exit gracefully).*$/gm);
  if (leftovers !== null) report.note(leftovers.join('\n'));
}

/** Returns the counts of a report of jest. A file that fails outside its tests counts as one failure. */
export function summaryOf({ testResults }) {
  const tests = testResults.flatMap(file => file.assertionResults);
  const withStatus = (...statuses) => tests.filter(test => statuses.includes(test.status));
  const brokenFiles = testResults.filter(
    file => file.status === 'failed' && !file.assertionResults.some(test => test.status === 'failed'),
  );
  const passed = withStatus('passed').length;
  const skipped = withStatus('pending', 'skipped', 'disabled', 'todo').map(test => test.fullName);
  // Every other state counts as failed.
  return { passed, failed: tests.length - passed - skipped.length + brokenFiles.length, skipped };
}
