import { runNpm } from './program.mjs';

/** Runs the public HTTP cache tests. Each test must pass, or fail with a reason in `docs/conformance.md`. */
export async function checkConformance(report, root) {
  const output = await report.check('conformance: the public HTTP cache tests come out as docs/conformance.md says', () =>
    runNpm(['run', '--silent', 'conformance', '--', '--check'], { cwd: root, seconds: 120 }),
  );
  try {
    report.note(output());
  } catch {
    // The failed check has reported the reason.
  }
}
