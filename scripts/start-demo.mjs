// Compiles the demo and starts it in this process.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { clearInterval, setInterval } from 'node:timers';
import { fileURLToPath } from 'node:url';

const LOOK_MS = 200;

const require = createRequire(import.meta.url);
const root = fileURLToPath(new URL('..', import.meta.url));
const { status } = spawnSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'demo'], {
  cwd: root,
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);

// npm forwards a signal to its shell only. The end of the shell therefore ends the demo. On Windows `ppid` does not change.
const parent = process.ppid;
const looking = setInterval(() => {
  if (process.ppid === parent) return;
  clearInterval(looking);
  process.kill(process.pid, 'SIGTERM');
}, LOOK_MS).unref();

await import('../demo/dist/demo/main.js');
