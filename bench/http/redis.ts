import type { LeftOut, Running } from './contender.js';
import { freePort } from './free-port.js';
import { isInstalled } from './installed.js';
import { startNodeProgram } from './node-program.js';
import { LOAD_CORE, spawnPinned } from './pinned.js';
import { isAccepting } from './accepting.js';
import { stopProcess } from './stop-process.js';

/** Starts the application of this library with its own Redis, which runs on the core of the load. */
export async function startOnRedis(args: readonly string[], body: string): Promise<Running | LeftOut> {
  if (!isInstalled('redis-server')) return { kind: 'left-out', reason: 'redis-server is not installed' };
  const port = await freePort();
  const redis = spawnPinned(LOAD_CORE, 'redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', ''], {
    stdio: 'ignore',
  });
  if (!(await isAccepting(port))) {
    await stopProcess(redis);
    return { kind: 'left-out', reason: 'redis-server did not start' };
  }
  const application = await startNodeProgram({
    file: 'redis.mjs',
    args,
    environment: { BENCH_REDIS: `redis://127.0.0.1:${port}` },
    body,
  });
  if (application.kind === 'left-out') {
    await stopProcess(redis);
    return application;
  }
  const stop = async () => {
    await application.stop();
    await stopProcess(redis);
  };
  return { ...application, stop };
}
