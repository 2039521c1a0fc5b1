import { runNpm } from './program.mjs';

/** A fixed seed, so that a failed run can be repeated. The timing of the operating system still differs each time. */
const SEED = '20260';

/** The runs of `npm run torture`: each mode and store that may fail. */
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

/** Runs a short torture of processes that share a store. It must have no stale read, and no refusal by a healthy store. */
export async function checkTorture(report, root) {
  for (const { mode, scenarios, store = 'redis' } of RUNS) {
    const options = ['--short', '--seed', SEED, '--store', store, '--mode', mode, '--scenario', scenarios.join()];
    const output = await report.check(`torture: no stale read, npm run torture -- ${options.join(' ')}`, () =>
      runNpm(['run', '--silent', 'torture', '--', ...options], { cwd: root, seconds: 240 }),
    );
    try {
      report.note(output().trim());
    } catch {
      // The failed check has reported the reason.
    }
  }
}
