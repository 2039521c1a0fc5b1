import cors from 'cors';
import { Get, HeaderParam } from 'routing-controllers';
import { startAfresh } from '../support/each.js';
import type { Sent } from '../support/server.js';
import { clientView, Twins } from '../support/twins.js';

startAfresh();

const actions = (kept: MethodDecorator) => {
  class ArticlesController {
    @Get('/article')
    @kept
    article() {
      return { title: 'On origins' };
    }

    @Get('/greeting')
    @kept
    greeting(@HeaderParam('X-Language') language: string) {
      return { language };
    }
  }
  return ArticlesController;
};

const ALLOWED = ['https://one.example', 'https://two.example'];
const start = () => Twins.behind([cors({ origin: ALLOWED, credentials: true, exposedHeaders: ['ETag'] })], actions);

const requests: Sent[] = [
  ...[...ALLOWED, 'https://evil.example', 'null'].map(origin => ({ headers: { origin } })),
  { headers: {} },
  { method: 'HEAD', headers: { origin: ALLOWED[0]! } },
];

describe('behind cors, a hit', () => {
  it.each(requests)('answers %j as without a cache', async sent => {
    const twins = await start();
    const { plain, miss, hit } = await twins.ask('/article', sent);
    expect([clientView(miss), clientView(hit)]).toEqual([clientView(plain), clientView(plain)]);
  });

  it('echoes the origin of its own request, also if another origin filled the cache', async () => {
    const twins = await start();
    await twins.server.get('/cached/article', { origin: ALLOWED[0]! });
    for (const sent of requests) {
      const hit = await twins.server.send('/cached/article', sent);
      expect(hit.outcome).toBe('hit');
      expect(hit.headers['access-control-allow-origin']).toBe(ALLOWED.find(origin => origin === sent.headers?.origin));
      expect(clientView(hit)).toEqual(clientView(await twins.server.send('/plain/article', sent)));
    }
  });

  it('does not send the origin of another client, also with a 304', async () => {
    const twins = await start();
    const { etag } = (await twins.server.get('/cached/article', { origin: ALLOWED[0]! })).headers;
    const headers = { origin: ALLOWED[1]!, 'if-none-match': etag! };
    const hit = await twins.server.get('/cached/article', headers);
    expect(hit).toMatchObject({ status: 304, outcome: 'hit', headers: { 'access-control-allow-origin': ALLOWED[1] } });
    expect(clientView(hit)).toEqual(clientView(await twins.server.get('/plain/article', headers)));
  });

  it('names the origin and the headers of the key in Vary, on each request', async () => {
    const twins = await start();
    const { miss, hit } = await twins.ask('/greeting', { headers: { origin: ALLOWED[0]!, 'x-language': 'fi' } });
    expect([miss.headers.vary, hit.headers.vary]).toEqual(['Origin, X-Language', 'Origin, X-Language']);
  });

  it('leaves the preflight to cors', async () => {
    const twins = await start();
    const headers = { origin: ALLOWED[0]!, 'access-control-request-method': 'GET' };
    await twins.server.get('/cached/article');
    const preflight = await twins.server.send('/cached/article', { method: 'OPTIONS', headers });
    expect(preflight).toMatchObject({ status: 204, outcome: undefined });
    expect(clientView(preflight)).toEqual(clientView(await twins.server.send('/plain/article', { method: 'OPTIONS', headers })));
  });
});
