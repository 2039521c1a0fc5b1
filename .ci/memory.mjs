import { run } from './program.mjs';

/** A tenth of what the bench does by itself: enough to fill the store several times over. */
const REQUESTS = '100000';

/** Floods the simple store with distinct keys, then with hits: the bench fails when memory leaves its bounds. */
export async function checkMemory(report, root) {
  const output = await report.check('memory: maxBytes bounds a flood of keys, and hits leave the heap flat', () =>
    run('npm', ['run', '--silent', 'bench:memory', REQUESTS], { cwd: root, seconds: 600 }),
  );
  try {
    report.note(output());
  } catch {
    // The check has said why there is none.
  }
}
