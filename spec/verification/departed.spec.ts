import { get as httpGet } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import { Get, JsonController, Post, UseBefore } from 'routing-controllers';
import { cache, Cached } from '../../lib/index.js';
import { processCache } from '../../lib/cache/process-cache.js';
import { Gate } from '../support/deferred.js';
import { startAfresh } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { ready } from '../../test-servers/readiness.js';

startAfresh();

let before: Gate;
let hasLeft: boolean;

@JsonController('/things')
@UseBefore((_request: Request, response: Response, next: NextFunction) => {
  response.once('close', () => {
    hasLeft = true;
  });
  void before.pass().then(() => next());
})
class Things {
  @Get('/')
  @Cached()
  get() {
    return {};
  }

  @Post('/')
  change() {
    return { ok: true };
  }
}

it('a change whose client has left before its method does not count as running for ever', async () => {
  before = new Gate();
  hasLeft = false;
  cache.configure({ verify: { sample: 1 } });
  const server = await TestServer.ofControllers([Things]);
  const leaving = httpGet({ port: server.port, path: '/things', method: 'POST', agent: false });
  leaving.on('error', () => undefined);
  const goOn = await before.next();
  leaving.destroy();
  await ready('the client has left', () => Promise.resolve(hasLeft));
  const { changes } = processCache.current.get().verification!;
  const { moment } = changes;
  goOn();
  await ready('the change has begun and ended', () => Promise.resolve(changes.moment >= moment + 2));
  expect(changes.isQuietSince(changes.moment)).toBe(true);
});
