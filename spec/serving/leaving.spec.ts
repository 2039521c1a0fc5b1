import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describeWith } from '../../test-servers/installed.js';
import { RedisServer } from '../../test-servers/redis-server.js';

const FIXTURE = join(__dirname, '../support/leaving-process.ts');

/** Runs a process to its own end. @returns what it wrote, and how it ended */
async function run(...args: string[]): Promise<[string, number | null]> {
  const child = spawn(process.execPath, ['--import', 'tsx', FIXTURE, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const stop = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const [code] = (await once(child, 'close')) as [number | null];
  clearTimeout(stop);
  return [text.trim(), code];
}

describe('a process that has nothing left to do', () => {
  it('ends while a request waits whose server and client are gone', async () => {
    expect(await run('wait')).toEqual(['closed', 0]);
  });

  describeWith('redis-server', 'with a Redis', () => {
    let server: RedisServer;
    beforeAll(async () => {
      server = await RedisServer.start();
    });
    afterAll(() => server.stop());

    it('ends although its store was not closed, after all that it waits for has been done', async () => {
      expect(await run('store', server.url)).toEqual(['{"value":1}', 0]);
    });
  });
});
