import type { PublicGroup, PublicTest } from 'http-cache-tests/tests/index.mjs';
import type { FailedOnPurpose } from './failed-on-purpose.js';

/** What the tests gave, by id: `true`, or the kind of failure and what was seen. */
export type Results = Readonly<Record<string, true | readonly [kind: string, message: string]>>;

/** How a test came out. */
export type Verdict =
  | { readonly kind: 'passed' }
  | { readonly kind: 'failed'; readonly reason: string }
  /** It is for the caches of browsers. */
  | { readonly kind: 'not-run' };

export interface JudgedTest {
  readonly test: PublicTest;
  readonly verdict: Verdict;
}

export interface JudgedGroup {
  readonly group: PublicGroup;
  readonly tests: readonly JudgedTest[];
}

/** Holds the results against the list. @returns the verdicts, and one line for each result that is not as listed */
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
    if (reason === undefined) surprises.push(`${id} fails by accident: ${result?.join(': ') ?? 'it was not run'}`);
    return { kind: 'failed', reason: reason ?? '' };
  };

  const judged = groups.map(group => ({ group, tests: group.tests.map(test => ({ test, verdict: verdictOf(test) })) }));
  for (const id of reasons.keys()) surprises.push(`${id} is listed and is no test of these groups`);
  return { judged, surprises };
}
