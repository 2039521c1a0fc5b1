import { run } from './program.mjs';

/** Fixed, so that what fails here can be run again; what the operating system does in between is different every time. */
const SEED = '20260';

/** How `npm run torture` is run here: each mode and store where it has something to lose. */
const RUNS = [
  { mode: 'refuse', scenarios: ['calm', 'killed-snapshot', 'failover', 'killed-process'] },
  { mode: 'continue', scenarios: ['killed-snapshot', 'failover'] },
  {
    mode: 'refuse',
    scenarios: [
      'overload',
      'overload-started',
      'many-changes',
      'stalled',
      'stalled-close',
      'edge',
      'clocks',
      'chain',
      'verified',
      'verified-chain',
    ],
  },
  { mode: 'continue', scenarios: ['many-changes-tag', 'grace', 'split'] },
  { mode: 'refuse', scenarios: ['many-changes', 'chain'], store: 'memcached' },
];

/** Puts processes that share a store to a short torture: not one stale read, and nothing refused by a store that is healthy. */
export async function checkTorture(report, root) {
  for (const { mode, scenarios, store = 'redis' } of RUNS) {
    const options = ['--short', '--seed', SEED, '--store', store, '--mode', mode, '--scenario', scenarios.join()];
    const output = await report.check(`torture: no stale read, npm run torture -- ${options.join(' ')}`, () =>
      run('npm', ['run', '--silent', 'torture', '--', ...options], { cwd: root, seconds: 240 }),
    );
    try {
      report.note(output().trim());
    } catch {
      // The check has said why there is none.
    }
  }
}
