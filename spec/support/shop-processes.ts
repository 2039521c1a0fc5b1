import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as typeorm from 'typeorm';
import { cache } from '../../lib/index.js';
import { RedisStore } from '../../lib/redis.js';
import { PostgresServer } from '../../test-servers/postgres-server.js';
import { RedisServer } from '../../test-servers/redis-server.js';
import { TestServer } from './server.js';
import { perform, shopPages, type Work } from './shop-pages.js';
import { postgresShop, sqliteShop } from './shop.js';

const PROGRAM = join(__dirname, 'shop-process.ts');

/** The databases that processes share. */
export const DATABASES = ['sqlite', 'postgres'] as const;

/** Two processes that serve the shop over one Redis and one database: this one, and another. */
export class ShopProcesses {
  /** Called in this process after the reads of a page. */
  pause: () => Promise<void> = () => Promise.resolve();

  private constructor(
    readonly db: typeorm.DataSource,
    readonly here: TestServer,
    private readonly child: ChildProcess,
    private readonly port: number,
    private readonly stopServers: () => Promise<void>,
  ) {}

  static async start(kind: (typeof DATABASES)[number]): Promise<ShopProcesses> {
    const redis = await RedisServer.start();
    const { database, stop } = await databaseOf(kind);
    cache.configure({ store: new RedisStore(redis.url), storeTimeout: 20, keyPrefix: 'shop' });
    const db = kind === 'postgres' ? await postgresShop(typeorm, database) : await sqliteShop(typeorm, database);
    const child = fork(PROGRAM, [redis.url, database], { execArgv: ['--import', 'tsx'] });
    const here = await TestServer.ofControllers([shopPages(db, () => processes.pause())]);
    const [port] = (await once(child, 'message')) as [number];
    const processes: ShopProcesses = new ShopProcesses(db, here, child, port, async () => {
      await redis.stop();
      await stop();
    });
    return processes;
  }

  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.db.destroy();
    await cache.close();
    await this.stopServers();
  }

  work(work: Work): Promise<void> {
    return perform(this.db, work);
  }

  async workThere(work: Work): Promise<void> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/work`, {
      method: 'PUT',
      body: JSON.stringify(work),
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.status).toBe(200);
  }

  async pageHere(name: string): Promise<{ readonly text: string; readonly isHit: boolean }> {
    const { text, outcome } = await this.here.get(`/pages/${name}`);
    return { text, isHit: outcome === 'hit' };
  }

  async pageThere(name: string): Promise<{ readonly text: string; readonly isHit: boolean }> {
    const answer = await fetch(`http://127.0.0.1:${this.port}/pages/${name}`);
    return { text: await answer.text(), isHit: answer.headers.get('cache-status')?.includes('; hit') === true };
  }
}

async function databaseOf(kind: (typeof DATABASES)[number]): Promise<{ database: string; stop: () => Promise<void> }> {
  if (kind === 'postgres') {
    const server = await PostgresServer.start();
    return { database: server.url, stop: () => server.stop() };
  }
  const folder = await mkdtemp(join(tmpdir(), 'shop-'));
  return { database: join(folder, 'shop.sqlite'), stop: () => rm(folder, { recursive: true, force: true }) };
}
