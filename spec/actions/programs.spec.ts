import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { describeWith } from '../../test-servers/installed.js';
import { RedisServer } from '../../test-servers/redis-server.js';

const SUPPORT = join(__dirname, '../support');
const ONE = join(SUPPORT, 'programs/one/users.ts');
const ONE_AGAIN = join(SUPPORT, 'programs/one/again/users.ts');
const TWO = join(SUPPORT, 'programs/two/users.ts');

describeWith('redis-server', 'programs on one Redis, with one keyPrefix', () => {
  let redis: RedisServer;
  const children: ChildProcess[] = [];

  beforeEach(async () => {
    redis = await RedisServer.start();
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    await redis.stop();
  });

  /** @returns asks a process that has loaded the modules in this order: outcome and answer */
  async function start(...modules: readonly string[]): Promise<(path: string) => Promise<[boolean, unknown]>> {
    const child = fork(join(SUPPORT, 'program-process.ts'), [redis.url, ...modules], { execArgv: ['--import', 'tsx'] });
    children.push(child);
    const [port] = (await once(child, 'message')) as [number];
    return async path => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`);
      return [response.headers.get('cache-status')?.includes('; hit') ?? false, await response.json()];
    };
  }

  it('never share an entry, although class, method, path and source are alike', async () => {
    const [one, two] = await Promise.all([start(ONE), start(TWO)]);
    expect(await one('/users/7')).toEqual([false, { program: 'one', id: '7' }]);
    expect(await two('/users/7')).toEqual([false, { program: 'two', id: '7' }]);
    expect(await one('/users/7')).toEqual([true, { program: 'one', id: '7' }]);
    expect(await two('/users/7')).toEqual([true, { program: 'two', id: '7' }]);
  });

  it('never share a memoized result', async () => {
    const [one, two] = await Promise.all([start(ONE), start(TWO)]);
    expect(await one('/users/7/name')).toEqual([false, { name: 'one 7' }]);
    expect(await two('/users/7/name')).toEqual([false, { name: 'two 7' }]);
  });

  it('share entries with other processes of the same program, in any order of the controllers', async () => {
    const [first, other] = await Promise.all([start(ONE, ONE_AGAIN), start(ONE_AGAIN, ONE)]);
    for (const [path, program] of [
      ['/users/7', 'one'],
      ['/again/7', 'one, again'],
    ] as const) {
      expect(await first(path)).toEqual([false, { program, id: '7' }]);
      expect(await other(path)).toEqual([true, { program, id: '7' }]);
    }
  });
});
