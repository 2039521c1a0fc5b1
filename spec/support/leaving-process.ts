import 'reflect-metadata';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createExpressServer, Get, JsonController } from 'routing-controllers';
import { cache, Cached } from '../../lib/index.js';
import { RedisStore } from '../../lib/redis.js';

/** A process that does not close the cache, and ends when it has no work left. */
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

/** Uses the store, and then leaves it idle while its connection is open. */
async function useStore(): Promise<void> {
  cache.configure({ store: new RedisStore(redisUrl), storeTimeout: 20, keyPrefix: 'leaving' });
  await cache.set('key', { value: 1 });
  await cache.invalidate('/users');
  console.log(JSON.stringify(await cache.get('key')));
}

/** Lets a request wait for a computation that hangs, and then closes both clients and the server. */
function wait(): void {
  cache.configure({ collapseTimeout: 3600 });
  const app = createExpressServer({ controllers: [HangingController] }) as Parameters<typeof createServer>[1];
  const server = createServer((asked, response) => {
    app?.(asked, response);
    if (++arrived < 2) return;
    // By then both requests have looked up the response.
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
