import { get as httpGet } from 'node:http';
import express from 'express';
import { Get, JsonController, Param } from 'routing-controllers';
import { cache, Cached, CacheConfigError } from '../../lib/index.js';
import { cacheInspector, type CacheInspectorOptions, type Inspector } from '../../lib/inspector.js';
import { appOf, stopServers, TestServer } from '../support/server.js';

@JsonController('/people')
class People {
  @Get('/:name')
  @Cached({ tags: ['people'] })
  one(@Param('name') name: string) {
    return { secret: `of ${name}` };
  }
}

let inspector: Inspector;

async function start(options?: CacheInspectorOptions): Promise<TestServer> {
  inspector = cacheInspector(options);
  const app = express();
  app.use('/cache', inspector);
  app.use(appOf([People]));
  return TestServer.start(app);
}

function order(server: TestServer, headers: Record<string, string>, body = '{"prefix":"/people"}') {
  return server.send('/cache/invalidate', { method: 'POST', headers, body });
}

const OWN = { 'content-type': 'application/json', 'x-cache-inspector': '1' };

interface Told {
  readonly requests: readonly { readonly outcome: string }[];
  readonly invalidations: readonly unknown[];
  readonly stats: unknown;
}

/** The first message of the feed. */
function snapshot(server: TestServer): Promise<Told> {
  return new Promise((resolve, reject) => {
    const asked = httpGet(`${server.base}/cache/events`, response => {
      response.once('data', (chunk: Buffer) => {
        asked.destroy();
        resolve(JSON.parse(chunk.toString().slice('data: '.length)));
      });
    });
    asked.on('error', reject);
  });
}

afterEach(async () => {
  inspector.close();
  await stopServers();
  await cache.reset();
});

describe('the inspector', () => {
  it('serves its page, under a policy that forbids other hosts and inline code', async () => {
    const server = await start();
    expect((await server.get('/cache')).headers.location).toBe('cache/');
    const page = await server.get('/cache/');
    expect([page.status, page.headers['x-content-type-options']]).toEqual([200, 'nosniff']);
    expect(page.headers['content-security-policy']).toContain("default-src 'self'");
    const names = Array.from(page.text.matchAll(/(?:src|href)="([^"]+)"/g), ([, name]) => name!);
    expect(names).toHaveLength(4);
    for (const name of names) expect((await server.get(`/cache/${name}`)).status).toBe(200);
    expect((await server.get('/cache/', { 'if-none-match': page.headers.etag! })).status).toBe(304);
    expect((await server.get('/cache/../package.json')).status).toBe(404);
  });

  it('tells requests and invalidations, and lists entries without their bodies', async () => {
    const server = await start();
    await server.get('/people/bob');
    await server.get('/people/bob');
    const { text } = await server.get('/cache/entries?q=bob');
    expect(JSON.parse(text)).toMatchObject({
      isListable: true,
      isWhole: true,
      entries: [{ path: '/people/bob', tags: ['people'] }],
    });
    expect(text).not.toContain('secret');
    expect(JSON.parse((await server.get('/cache/entries?q=alice')).text).entries).toEqual([]);
    expect((await order(server, OWN)).status).toBe(204);
    const told = await snapshot(server);
    expect(told.requests.map(({ outcome }) => outcome)).toEqual(['hit', 'miss']);
    expect(told.invalidations).toMatchObject([{ prefixes: ['/people'], removed: 1 }]);
    expect(told.stats).toMatchObject({ hits: 1, misses: 1, entries: 0 });
  });

  it.each<[string, Record<string, string>]>([
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['plain text', { ...OWN, 'content-type': 'text/plain' }],
    ['no header of its own', { 'content-type': 'application/json' }],
    ['another site', { ...OWN, 'sec-fetch-site': 'cross-site' }],
    ['another origin', { ...OWN, origin: 'http://evil.example' }],
  ])('refuses a change that comes with %s', async (_, headers) => {
    const server = await start();
    await server.get('/people/bob');
    expect((await order(server, headers)).status).toBe(403);
    expect((await server.get('/people/bob')).outcome).toBe('hit');
  });

  it.each<[string, Record<string, string>]>([
    ['a proxy', { 'x-forwarded-for': '127.0.0.1' }],
    ['another proxy', { via: '1.1 edge' }],
    ['another name', { host: 'evil.example' }],
  ])('refuses %s without authorize, and says what to give', async (_, headers) => {
    const answer = await (await start()).get('/cache/', headers);
    expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('Give cacheInspector({ authorize })')]);
  });

  it('asks authorize, which decides alone', async () => {
    const server = await start({ authorize: ({ headers }) => Promise.resolve(headers['x-admin'] === 'yes') });
    expect((await server.get('/cache/')).status).toBe(403);
    expect((await server.get('/cache/', { 'x-admin': 'yes', via: '1.1 edge', host: 'app.example' })).status).toBe(200);
    expect((await order(server, OWN)).status).toBe(403);
  });

  it('refuses when authorize throws, and reports it', async () => {
    const onError = jest.fn();
    cache.configure({ onError });
    const server = await start({
      authorize: () => {
        throw new Error('no session');
      },
    });
    expect((await server.get('/cache/')).status).toBe(403);
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ code: 'CACHE_INSPECTOR_FAILED' }));
  });

  it('says what is wrong with an order', async () => {
    const server = await start();
    expect((await order(server, OWN, '{}')).status).toBe(400);
    expect((await order(server, OWN, '{"prefix":"people"}')).status).toBe(400);
    expect((await order(server, OWN, 'x'.repeat(20_000))).status).toBe(400);
  });

  it('refuses options that cannot work', () => {
    expect(() => cacheInspector({ authorize: true } as never)).toThrow(CacheConfigError);
    expect(() => cacheInspector({ authorise: () => true } as never)).toThrow('there is no option authorise');
  });
});
