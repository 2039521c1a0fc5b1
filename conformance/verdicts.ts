import type { PublicGroup, PublicTest } from 'http-cache-tests/tests/index.mjs';
import type { FailedOnPurpose } from './failed-on-purpose.js';

/** The results by test id: `true`, or the kind of failure and the seen response. */
export type Results = Readonly<Record<string, true | readonly [kind: string, message: string]>>;

/** The verdict on a test. */
export type Verdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly reason: string }
  /** The test is for browser caches. */
  | { readonly kind: 'not-run' };

export interface JudgedTest {
  readonly test: PublicTest;
  readonly verdict: Verdict;
}

export interface JudgedGroup {
  readonly group: PublicGroup;
  readonly tests: readonly JudgedTest[];
}

/** Compares the results with the list. @returns the verdicts, and a line for each result that differs from the list */
export function judge(
  groups: readonly PublicGroup[],
  results: Results,
  failedOnPurpose: readonly FailedOnPurpose[],
): { readonly judged: readonly JudgedGroup[]; readonly surprises: readonly string[] } {
  const reasons = new Map(failedOnPurpose.flatMap(({ reason, tests }) => tests.map(id => [id, reason] as const)));
  const surprises: string[] = [];

  const verdictOf = ({ id, browser_only }: PublicTest): Verdict => {
    const result = results[id];
    const reason = reasons.get(id);
    reasons.delete(id);
    if (browser_only === true) return { kind: 'not-run' };
    if (result === true) {
      if (reason !== undefined) surprises.push(`${id} passes: take it from the list of those that fail on purpose`);
      return { kind: 'passed' };
    }
    if (reason === undefined) surprises.push(`${id} fails and is not in the list: ${result?.join(': ') ?? 'it did not run'}`);
    return { kind: 'failed', reason: reason ?? '' };
  };

  const judged = groups.map(group => ({ group, tests: group.tests.map(test => ({ test, verdict: verdictOf(test) })) }));
  for (const id of reasons.keys()) surprises.push(`${id} is listed and is no test of these groups`);
  return { judged, surprises };
}
