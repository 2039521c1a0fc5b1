import type { PublicTest } from 'http-cache-tests/tests/index.mjs';
import type { JudgedGroup, JudgedTest, Verdict } from './verdicts.js';

type Kind = NonNullable<PublicTest['kind']>;

const KINDS: readonly Kind[] = ['required', 'optimal', 'check'];

const INTRODUCTION = `# The public HTTP cache tests

[\`http-cache-tests\`](https://github.com/http-tests/cache-tests) is the suite behind [cache-tests.fyi](https://cache-tests.fyi), which compares
the caches of browsers, proxies and CDNs. Each test scripts what an origin answers, sends a few requests, and looks at which of them reached
the origin. \`npm run conformance\` runs ten of its groups and writes this page; with \`-- --check\` it fails where this page is not what it would
write. It also fails when a test fails that is not listed below, and when one that is listed passes.

The origin is an Express app of routing-controllers, and the cache is where this library has it: around the method of an action. A request that
reaches the method has been forwarded to the origin. The action declares \`@Req\` and \`@Res\` and answers as in the script:

\`\`\`
@Get('/:id')
@Cached({ timeout: 3600, statuses: [200, 203, 204, 299, 301, /* …all others that the tests answer with */ 599] })
\`\`\`

\`timeout\` is the lifetime where a test gives none, and \`statuses\` lists every status that they answer with. All other options
are the defaults. \`POST\`, \`PUT\`, \`DELETE\` and \`M-SEARCH\` to the same path have \`@InvalidatesCache()\`.

The suite has three kinds of tests. **required**: a cache that fails it departs from the letter of the RFC. **optimal**: a cache may fail it, and
forgoes a hit. **check**: a question without a right answer; passed is *yes*, failed is *no*.`;

/** Returns the page with the results. The same results always have the same page. */
export function report(judged: readonly JudgedGroup[]): string {
  return [
    INTRODUCTION,
    '## In numbers',
    'Passed, of those that were run.',
    numbers(judged),
    '## Failed on purpose',
    isMended(judged)
      ? 'Every failed test has a reason below.'
      : 'Every failed test has a reason below. Those with a bug are marked.',
    ...sections(judged, 'failed', ['test', 'kind', 'why'], ({ test, verdict }) => [
      `\`${test.id}\``,
      kindOf(test),
      verdict.kind === 'failed' ? verdict.reason : '',
    ]),
    '## Passed',
    ...sections(judged, 'passed', ['test', 'kind', 'what it tests'], ({ test }) => [`\`${test.id}\``, kindOf(test), test.name]),
    '## Not run',
    'These are for the caches of browsers.',
    ...sections(judged, 'not-run', ['test', 'kind', 'what it tests'], ({ test }) => [`\`${test.id}\``, kindOf(test), test.name]),
  ].join('\n\n');
}

/** Returns a table with a line for each group, and the sum. */
export function numbers(judged: readonly JudgedGroup[]): string {
  const all = judged.flatMap(({ tests }) => tests);
  return table(
    ['group', ...KINDS, 'all'],
    [...judged.map(({ group, tests }) => [`\`${group.id}\``, ...counts(tests)]), ['**all**', ...counts(all)]],
  );
}

function isMended(judged: readonly JudgedGroup[]): boolean {
  return judged.every(({ tests }) =>
    tests.every(({ verdict }) => verdict.kind !== 'failed' || !verdict.reason.startsWith('BUG')),
  );
}

function counts(tests: readonly JudgedTest[]): string[] {
  return [...KINDS.map(kind => tests.filter(({ test }) => kindOf(test) === kind)), tests].map(some => {
    const run = some.filter(({ verdict }) => verdict.kind !== 'not-run');
    return run.length === 0 ? '–' : `${run.filter(({ verdict }) => verdict.kind === 'passed').length} of ${run.length}`;
  });
}

/** Returns a table for each group that has tests with this verdict. */
function sections(
  judged: readonly JudgedGroup[],
  kind: Verdict['kind'],
  columns: readonly string[],
  row: (test: JudgedTest) => readonly string[],
): string[] {
  return judged.flatMap(({ group, tests }) => {
    const chosen = tests.filter(({ verdict }) => verdict.kind === kind);
    return chosen.length === 0 ? [] : [`**${group.id}**: ${group.name}`, table(columns, chosen.map(row))];
  });
}

function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  return [columns, columns.map(() => '---'), ...rows].map(cells => `| ${cells.map(inCell).join(' | ')} |`).join('\n');
}

function inCell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function kindOf({ kind = 'required' }: PublicTest): Kind {
  return kind;
}
