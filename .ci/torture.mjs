import { run } from './program.mjs';

/** Fixed, so that what fails here can be run again; what the operating system does in between is different every time. */
const SEED = '20260';

/** How `npm run torture` is run here: each mode where it has something to lose. */
const RUNS = [
  { mode: 'refuse', args: [] },
  { mode: 'continue', args: ['--scenario', 'killed-snapshot,failover'] },
];

/** Puts processes that share a Redis to a short torture: not one stale read. */
export async function checkTorture(tally, root) {
  for (const { mode, args } of RUNS) {
    const options = ['--short', '--seed', SEED, '--mode', mode, ...args];
    const output = await tally.check(`torture: no stale read, npm run torture -- ${options.join(' ')}`, () =>
      run('npm', ['run', '--silent', 'torture', '--', ...options], { cwd: root, seconds: 240 }),
    );
    try {
      tally.note(output().trim());
    } catch {
      // The check has said why there is none.
    }
  }
}
