import compression from 'compression';
import express from 'express';
import type { RequestListener } from 'node:http';
import { Get, InternalServerError, JsonController, useExpressServer } from 'routing-controllers';
import { cache, Cached } from '../../lib/index.js';
import { startAfresh, until } from '../support/each.js';
import { TestServer } from '../support/server.js';
import { holdTime } from '../support/time.js';

startAfresh();

let version: number;
let entered: number;
let isFailing: boolean;

@JsonController('/rates')
class RatesController {
  @Get('/')
  @Cached({ timeout: 60, staleWhileRevalidate: 30, staleIfError: 600, edge: true })
  rates() {
    if (isFailing) throw new InternalServerError('no rates');
    return { version, text: 'rate '.repeat(1000) };
  }
}

/** What has expired goes through the app; what is fresh again is answered before it, with the bytes of now. */
it('answers before Express only with fresh entries', async () => {
  version = 1;
  entered = 0;
  isFailing = false;
  const time = holdTime();
  const app = express().use(compression(), (_request, _response, next) => {
    entered++;
    next();
  });
  useExpressServer(app, { controllers: [RatesController] });
  const server = await TestServer.start(cache.edge(app as RequestListener));
  const ask = (): ReturnType<TestServer['get']> => server.get('/rates', { 'accept-encoding': 'gzip' });

  const first = await ask();
  await until(() => cache.stats().stores === 1);
  expect(await ask()).toMatchObject({ outcome: 'hit', body: first.body });
  const before = entered;
  expect(await ask()).toMatchObject({ outcome: 'hit', body: first.body });
  expect(entered).toBe(before);

  version++;
  time.forwardSeconds(61);
  expect(await ask()).toMatchObject({ outcome: 'fwd=stale', body: first.body });
  await until(() => cache.stats().stores === 2);
  const fresh = await ask();
  expect(fresh.outcome).toBe('hit');
  expect(fresh.body).not.toEqual(first.body);
  await ask();
  const again = entered;
  expect(await ask()).toMatchObject({ outcome: 'hit', body: fresh.body });
  expect(entered).toBe(again);

  isFailing = true;
  time.forwardSeconds(100);
  expect(await ask()).toMatchObject({ status: 200, outcome: 'fwd=stale', body: fresh.body });
  await cache.clear();
  // Without compression: behind it, routing-controllers' own error handling cuts off what is still being compressed.
  expect(await server.get('/rates')).toMatchObject({ status: 500, outcome: 'fwd=miss' });
  isFailing = false;
  version++;
  const next = await ask();
  expect(next).toMatchObject({ status: 200, outcome: 'fwd=miss' });
  expect(next.body).not.toEqual(fresh.body);
});
