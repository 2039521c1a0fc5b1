import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SeededRandom } from '../../store-contract/random.js';
import { describeWith } from '../../test-servers/installed.js';
import { PostgresServer } from '../../test-servers/postgres-server.js';
import { RedisServer } from '../../test-servers/redis-server.js';
import { LONE, randomDatabase } from '../support/random-schema.js';
import { PAGES, readPage } from '../support/random-work.js';

/**
 * `TYPEORM_SEEDS=200` runs 200 schemas, each with a seed of its own. `TYPEORM_SEED=17` repeats one. A failure names its seed; changes
 * of two processes at once may need several runs to meet in the same way.
 */
const { TYPEORM_SEED, TYPEORM_SEEDS = '2' } = process.env;
const SEEDS =
  TYPEORM_SEED === undefined ? Array.from({ length: Number(TYPEORM_SEEDS) }, (_, at) => at + 1) : [Number(TYPEORM_SEED)];
const ROUNDS = 8;
const PROGRAM = join(__dirname, '../support/random-process.ts');

describeWith('redis-server', 'random schemas in two processes', () => {
  describe.each(['sqlite', 'postgres'] as const)('of %s', kind => {
    describeWith(kind === 'postgres' ? 'postgres' : 'redis-server', 'over Redis', () => {
      let redis: RedisServer;
      let folder: string;
      let postgres: PostgresServer | undefined;
      const children: ChildProcess[] = [];

      beforeAll(async () => {
        redis = await RedisServer.start();
        folder = await mkdtemp(join(tmpdir(), 'random-schema-'));
        if (kind === 'postgres') postgres = await PostgresServer.start();
      });
      afterEach(() => {
        for (const child of children.splice(0)) child.kill('SIGKILL');
      });
      afterAll(async () => {
        await redis.stop();
        await postgres?.stop();
        await rm(folder, { recursive: true, force: true });
      });

      const start = async (url: string, seed: number): Promise<string> => {
        const child = fork(PROGRAM, [redis.url, url, String(seed)], { execArgv: ['--import', 'tsx'] });
        children.push(child);
        const [port] = (await once(child, 'message')) as [number];
        return `http://127.0.0.1:${port}`;
      };

      it.each(SEEDS)(
        'serve no response that is older than the last acknowledged change, and lose none to unrelated changes (seed %d)',
        async seed => {
          const url = postgres?.url ?? join(folder, `${seed}.sqlite`);
          const db = await randomDatabase(url, seed, true).initialize();
          await db.getRepository(LONE).insert({ id: 1, value: 7 });
          const servers = await Promise.all([start(url, seed), start(url, seed)]);
          const random = new SeededRandom(seed);
          const number = (): number => Math.floor(random.next() * 2 ** 31);
          const work = async (server: string): Promise<void> => {
            const answer = await fetch(`${server}/work/${number()}`, { method: 'PUT' });
            expect([seed, answer.status, await answer.text()]).toEqual([seed, 204, '']);
          };
          const get = async (server: string, page: number): Promise<{ text: string; isHit: boolean }> => {
            const answer = await fetch(`${server}/pages/${page}`);
            return { text: await answer.text(), isHit: answer.headers.get('cache-status')?.includes('; hit') === true };
          };
          // On SQLite, requests of one process share one connection, and with it the transaction.
          const worksOfOne = kind === 'postgres' ? 2 : 1;
          let hits = 0;
          for (let round = 0; round < ROUNDS; round++) {
            await Promise.all(
              servers.flatMap(server => [
                ...Array.from({ length: worksOfOne }, () => work(server)),
                ...Array.from({ length: 6 }, () => get(server, number() % PAGES)),
              ]),
            );
            for (let page = 0; page < PAGES + 2; page++) {
              const expected = JSON.stringify({ data: await readPage(db, seed, page) });
              for (const server of servers) {
                const { text, isHit } = await get(server, page);
                expect({ seed, round, page, text, isHit }).toEqual({ seed, round, page, text: expected, isHit });
                if (isHit) hits++;
                // No change touches the table of the last pages, so they stay hits after the first round.
                if (page >= PAGES && round > 0) expect({ seed, round, page, isHit }).toEqual({ seed, round, page, isHit: true });
              }
            }
          }
          expect(hits).toBeGreaterThan(ROUNDS * PAGES);
          await db.destroy();
        },
        120_000,
      );
    });
  });
});
