import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LeftOut, Running } from './contender.js';
import { isAnswering } from './answering.js';
import { PEERS } from './folders.js';
import { freePort } from './free-port.js';
import { programPath } from './installed.js';
import { startNodeProgram } from './node-program.js';
import { LOAD_CORE, SERVER_CORE, spawnPinned } from './pinned.js';
import { processorMicros } from './processor-time.js';
import { stopProcess } from './stop-process.js';

/** Starts nginx with one worker in front of an uncached application of routing-controllers. */
export async function startNginx(body: string): Promise<Running | LeftOut> {
  const program = programPath('nginx');
  if (program === undefined) return { kind: 'left-out', reason: 'nginx is not installed' };
  const origin = await startNodeProgram({ file: 'uncached.mjs', core: LOAD_CORE, body });
  if (origin.kind === 'left-out') return origin;

  const directory = await mkdtemp(join(tmpdir(), 'bench-nginx-'));
  const port = await freePort();
  const template = await readFile(join(PEERS, 'nginx.conf'), 'utf8');
  const configuration = template
    .replaceAll('BENCH_DIRECTORY', directory)
    .replaceAll('BENCH_PORT', String(port))
    .replaceAll('BENCH_ORIGIN', origin.origin)
    // If root starts nginx, its worker runs as an unprivileged user, who may not write to this folder.
    .concat(process.getuid?.() === 0 ? 'user root;\n' : '');
  await writeFile(join(directory, 'nginx.conf'), configuration);

  const child = spawnPinned(SERVER_CORE, program, ['-p', directory, '-c', join(directory, 'nginx.conf')], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const stop = async () => {
    await stopProcess(child);
    await origin.stop();
    await rm(directory, { recursive: true, force: true });
  };
  const url = `http://127.0.0.1:${port}`;
  const ended = new Promise<false>(resolve => child.once('exit', () => resolve(false)));
  if (!(await Promise.race([isAnswering(url), ended]))) {
    await stop();
    return { kind: 'left-out', reason: 'nginx did not start' };
  }
  const counters = async () => ({ cpuMicros: processorMicros(child.pid!), runs: (await origin.counters()).runs });
  return { kind: 'running', origin: url, counters, stop };
}
