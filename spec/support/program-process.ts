import 'reflect-metadata';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createExpressServer } from 'routing-controllers';
import { cache } from '../../lib/index.js';
import { RedisStore } from '../../lib/redis.js';

/** Serves the controllers of modules until the process is killed. It loads the modules in the order of its arguments. */
const [, , redisUrl = '', ...modules] = process.argv;

async function main(): Promise<void> {
  const controllers = [];
  for (const path of modules) {
    const { UsersController } = (await import(path)) as { UsersController: new () => unknown };
    controllers.push(UsersController);
  }
  cache.configure({ store: new RedisStore(redisUrl), storeTimeout: 10 });
  const server = createServer(createExpressServer({ controllers }) as never);
  server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
}
void main();
