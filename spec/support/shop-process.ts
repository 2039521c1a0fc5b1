import 'reflect-metadata';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as typeorm from 'typeorm';
import { createExpressServer } from 'routing-controllers';
import { cache } from '../../lib/index.js';
import { RedisStore } from '../../lib/redis.js';
import { shopPages } from './shop-pages.js';
import { postgresShop, sqliteShop } from './shop.js';

/** A process that serves the shop, over a Redis and a database that others use too. */
const [, , redisUrl = '', database = ''] = process.argv;

async function main(): Promise<void> {
  cache.configure({ store: new RedisStore(redisUrl), storeTimeout: 20, keyPrefix: 'shop' });
  const db = database.startsWith('postgres:')
    ? await postgresShop(typeorm, database, false)
    : await sqliteShop(typeorm, database, false);
  const server = createServer(createExpressServer({ controllers: [shopPages(db)] }));
  server.listen(0, '127.0.0.1', () => {
    process.send?.((server.address() as AddressInfo).port);
  });
}

void main();
