import 'reflect-metadata';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createExpressServer, Get, JsonController } from 'routing-controllers';
import { cache, Cached } from '../../lib/index.js';
import { RedisStore } from '../../lib/redis.js';

/**
 * A process of the stampede. It sends concurrent requests to its own server, as many as the spec orders. The spec supplies the slow
 * response. The process reports the number of requests that bypassed the cache.
 */
const [, , redisUrl = '', keyPrefix = '', originUrl = '', collapseTimeout = '10', storeTimeout = '10'] = process.argv;

function textAt(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, response => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        resolve(text);
      });
    }).on('error', reject);
  });
}

@JsonController('/slow')
class SlowController {
  @Get('/')
  @Cached({ timeout: 60 })
  async slow() {
    return { text: await textAt(originUrl) };
  }
}

cache.configure({
  store: new RedisStore(redisUrl),
  keyPrefix,
  storeTimeout: Number(storeTimeout),
  collapseTimeout: Number(collapseTimeout),
});
const server = createServer(createExpressServer({ controllers: [SlowController] }) as never);

process.on('message', (count: number) => {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slow`;
  void Promise.all(Array.from({ length: count }, () => textAt(url))).then(texts =>
    process.send?.({ texts, bypasses: cache.stats().bypasses }),
  );
});
server.listen(0, '127.0.0.1', () => process.send?.('ready'));
