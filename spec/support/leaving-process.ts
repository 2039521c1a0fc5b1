import 'reflect-metadata';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createExpressServer, Get, JsonController } from 'routing-controllers';
import { cache, Cached } from '../../lib/index.js';
import { RedisStore } from '../../lib/redis.js';

/** A process that closes nothing of the cache, and ends when nothing is left to do. */
const [, , way = '', redisUrl = ''] = process.argv;

let arrived = 0;

@JsonController('/hanging')
class HangingController {
  @Get('/')
  @Cached({ timeout: 60 })
  hanging() {
    return new Promise(() => undefined);
  }
}

/** Uses the store, and then has it do nothing for as long as it holds its connection. */
async function useStore(): Promise<void> {
  cache.configure({ store: new RedisStore(redisUrl), storeTimeout: 20, keyPrefix: 'leaving' });
  await cache.set('key', { value: 1 });
  await cache.invalidate('/users');
  console.log(JSON.stringify(await cache.get('key')));
}

/** Has a request wait for a computation that hangs, and takes both clients and the server away. */
function wait(): void {
  cache.configure({ collapseTimeout: 3600 });
  const app = createExpressServer({ controllers: [HangingController] }) as Parameters<typeof createServer>[1];
  const server = createServer((asked, response) => {
    app?.(asked, response);
    if (++arrived < 2) return;
    // Both have looked the response up by then.
    setImmediate(() => {
      server.closeAllConnections();
      server.close(() => {
        console.log('closed');
      });
    });
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    for (let count = 0; count < 2; count++) {
      request({ port, path: '/hanging', agent: false })
        .on('error', () => undefined)
        .end();
    }
  });
}

if (way === 'store') void useStore();
else wait();
