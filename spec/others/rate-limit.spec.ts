import type { RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import { Get, UseBefore } from 'routing-controllers';
import { cache } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { clientView, Twins } from '../support/twins.js';

startAfresh();

/** Counts by client, which the specs name in a header. */
const limitOf = (limit: number): RequestHandler =>
  rateLimit({
    limit,
    windowMs: 3_600_000,
    keyGenerator: request => String(request.headers['x-client']) + request.path.slice(0, 3),
  });

const actionsBehind = (limiter: RequestHandler) => (kept: MethodDecorator) => {
  class ArticlesController {
    @Get('/article')
    @kept
    @UseBefore(limiter)
    article() {
      return { title: 'On limits' };
    }
  }
  return ArticlesController;
};

const RESET = 'x-ratelimit-reset';
const ann = { 'x-client': 'ann' };
const ben = { 'x-client': 'ben' };

describe.each([
  [
    'for all requests',
    () =>
      Twins.behind(
        [limitOf(3)],
        actionsBehind((_request, _response, next) => {
          next();
        }),
      ),
  ],
  ['with @UseBefore', () => Twins.behind([], actionsBehind(limitOf(3)))],
])('express-rate-limit %s', (_name, start) => {
  it('counts hits, sends each client its remaining requests, and refuses requests over the limit, as without a cache', async () => {
    const twins = await start();
    for (const client of [ann, ann, ben, ann, ann, ben]) {
      const cached = await twins.server.get('/cached/article', client);
      const plain = await twins.server.get('/plain/article', client);
      expect(clientView(cached, RESET)).toEqual(clientView(plain, RESET));
    }
    expect(cache.stats()).toMatchObject({ misses: 1, hits: 4 });
    const refused = await twins.server.get('/cached/article', ann);
    expect(refused).toMatchObject({ status: 429, outcome: undefined });
    expect((await twins.server.get('/cached/article', ben)).headers['x-ratelimit-remaining']).toBe('0');
  });
});
