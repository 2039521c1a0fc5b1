import { runNpm } from './program.mjs';

/** A tenth of the benchmark's default: enough to fill the store several times. */
const REQUESTS = '100000';

/** Floods the simple store with distinct keys, then with hits. The benchmark fails if the memory exceeds its bounds. */
export async function checkMemory(report, root) {
  const output = await report.check('memory: maxBytes bounds a flood of keys, and hits leave the heap flat', () =>
    runNpm(['run', '--silent', 'bench:memory', REQUESTS], { cwd: root, seconds: 600 }),
  );
  try {
    report.note(output());
  } catch {
    // The failed check has reported the reason.
  }
}
