import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { CacheConfig } from '../../../lib/index.js';
import { Gate } from '../../support/deferred.js';
import { stopServers, TestServer } from '../../support/server.js';
import { describeWith } from '../../../test-servers/installed.js';
import { RedisServer } from '../../../test-servers/redis-server.js';

const FIXTURE = join(__dirname, '../../support/stampede-process.ts');
const PROCESSES = 4;
const REQUESTS = 250;
const COLLAPSE_TIMEOUT = 8;

describeWith('redis-server', 'many requests at once for one entry that is missing, in several processes', () => {
  let redis: RedisServer;
  let gate: Gate;
  let runs: number;
  let origin: TestServer;
  const children: ChildProcess[] = [];

  beforeAll(async () => {
    redis = await RedisServer.start();
  });
  beforeEach(async () => {
    gate = new Gate();
    runs = 0;
    origin = await TestServer.start((_request, response) => {
      const run = ++runs;
      void gate.pass().then(() => response.end(String(run)));
    });
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await stopServers();
  });

  /** Processes that are ready to serve. */
  function start(keyPrefix: string, count: number, storeTimeout = 10): Promise<ChildProcess[]> {
    const args = [redis.url, keyPrefix, origin.base, String(COLLAPSE_TIMEOUT), String(storeTimeout)];
    return Promise.all(
      Array.from({ length: count }, async () => {
        const child = fork(FIXTURE, args, { execArgv: ['--import', 'tsx'] });
        children.push(child);
        await once(child, 'message');
        return child;
      }),
    );
  }

  /** Has a process send itself requests. @returns the answers */
  async function ask(child: ChildProcess, count: number): Promise<string[]> {
    child.send(count);
    const [{ texts, bypasses }] = (await once(child, 'message')) as [{ texts: string[]; bypasses: number }];
    expect(bypasses).toBe(0);
    return texts;
  }

  it('run the handler once', async () => {
    const processes = await start('stampede', PROCESSES);
    const answers = Promise.all(processes.map(child => ask(child, REQUESTS)));
    (await gate.next())();
    const texts = (await answers).flat();
    expect(texts).toHaveLength(PROCESSES * REQUESTS);
    expect(new Set(texts)).toEqual(new Set(['{"text":"1"}']));
    expect(runs).toBe(1);
  }, 60_000);

  it('run the handler at most once in each process that has just started, within the default storeTimeout', async () => {
    const processes = await start('cold', PROCESSES, new CacheConfig().storeTimeout);
    const answers = Promise.all(processes.map(child => ask(child, REQUESTS)));
    const letAllRun = async (): Promise<void> => {
      (await gate.next())();
      return letAllRun();
    };
    void letAllRun();
    const texts = (await answers).flat();
    expect(texts).toHaveLength(PROCESSES * REQUESTS);
    expect(runs).toBeLessThanOrEqual(PROCESSES);
  }, 60_000);

  it('are answered soon when the process that computes is killed', async () => {
    const [holder, ...others] = await start('killed', 3);
    holder!.send(REQUESTS);
    await gate.next();
    const answers = Promise.all(others.map(child => ask(child, REQUESTS)));
    const began = performance.now();
    holder!.kill('SIGKILL');
    const resume = await gate.next();
    // A right to compute ends after a quarter of it; the rest is for busy machines, and still less than they would wait at most.
    expect(performance.now() - began).toBeLessThan(COLLAPSE_TIMEOUT * 1000 * 0.75);
    resume();
    expect(new Set((await answers).flat())).toEqual(new Set(['{"text":"2"}']));
    expect(runs).toBe(2);
  }, 60_000);
});
