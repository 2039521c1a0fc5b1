import type { LeftOut, Running } from './contender.js';
import { isAnswering } from './answering.js';
import { PEERS } from './folders.js';
import { freePort } from './free-port.js';
import { isInstalled } from './installed.js';
import { SERVER_CORE, spawnPinned } from './pinned.js';
import { processorMicros } from './processor-time.js';
import { stopProcess } from './stop-process.js';

/** Starts Flask-Caching under gunicorn, with one worker of its default kind. */
export async function startFlask(body: string): Promise<Running | LeftOut> {
  if (!isInstalled('gunicorn')) return { kind: 'left-out', reason: 'gunicorn is not installed' };
  const port = await freePort();
  const args = ['--workers', '1', '--bind', `127.0.0.1:${port}`, '--log-level', 'error', 'flask_contender:app'];
  const child = spawnPinned(SERVER_CORE, 'gunicorn', args, {
    cwd: PEERS,
    stdio: 'ignore',
    env: { ...process.env, BENCH_BODY: body, PYTHONDONTWRITEBYTECODE: '1' },
  });
  const origin = `http://127.0.0.1:${port}`;
  const runsUrl = `${origin}/runs`;
  const ended = new Promise<false>(resolve => child.once('exit', () => resolve(false)));
  if (!(await Promise.race([isAnswering(runsUrl), ended]))) {
    await stopProcess(child);
    return { kind: 'left-out', reason: 'Flask-Caching is not installed for the Python of gunicorn' };
  }
  return {
    kind: 'running',
    origin,
    counters: async () => ({
      cpuMicros: processorMicros(child.pid!),
      runs: Number(await fetch(runsUrl).then(response => response.text())),
    }),
    stop: () => stopProcess(child),
  };
}
