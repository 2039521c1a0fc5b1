import 'reflect-metadata';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createExpressServer, Get, JsonController, OnUndefined, Param, Put } from 'routing-controllers';
import { cache, Cached } from '../../lib/index.js';
import { RedisStore } from '../../lib/redis.js';
import { followEntities } from '../../lib/typeorm.js';
import { randomDatabase } from './random-schema.js';
import { doWork, readPage } from './random-work.js';

/** A process that serves a random schema, over a Redis and a database that others use too. */
const [, , redisUrl = '', url = '', seedText = ''] = process.argv;
const seed = Number(seedText);

async function main(): Promise<void> {
  cache.configure({ store: new RedisStore(redisUrl), storeTimeout: 20, keyPrefix: `random-${seed}` });
  const db = randomDatabase(url, seed, false);
  followEntities(db);
  await db.initialize();

  @JsonController()
  class RandomPages {
    @Get('/pages/:page')
    @Cached({ tags: 'derived', timeout: 0 })
    async page(@Param('page') page: string) {
      // The compiler of this process emits no types, so nothing converts the text.
      return { data: await readPage(db, seed, Number(page)) };
    }

    @Put('/work/:seed')
    @OnUndefined(204)
    async work(@Param('seed') workSeed: string) {
      await doWork(db, seed, Number(workSeed));
    }
  }
  const server = createServer(createExpressServer({ controllers: [RandomPages] }));
  server.listen(0, '127.0.0.1', () => {
    process.send?.((server.address() as AddressInfo).port);
  });
}

void main();
