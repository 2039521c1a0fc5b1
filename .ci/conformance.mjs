import { run } from './program.mjs';

/** Runs the public HTTP cache tests: each must pass, or fail as `docs/conformance.md` says. */
export async function checkConformance(report, root) {
  const output = await report.check('conformance: the public HTTP cache tests come out as docs/conformance.md says', () =>
    run('npm', ['run', '--silent', 'conformance', '--', '--check'], { cwd: root, seconds: 120 }),
  );
  try {
    report.note(output());
  } catch {
    // The check has said why there is none.
  }
}
