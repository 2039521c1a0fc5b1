import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { Readable } from 'node:stream';
import * as routingControllers from 'routing-controllers';
import * as library from '../../lib/index.js';
import * as keyv from '../../lib/keyv.js';
import * as openapi from '../../lib/openapi.js';
import { cache } from '../../lib/index.js';
import { startAfresh } from '../support/each.js';
import { exampleUnder, runModule } from '../support/examples.js';
import { TestServer } from '../support/server.js';
import { holdTime } from '../support/time.js';

startAfresh();

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** The packages of the examples. The subscriptions of an example end with its test. */
const PACKAGES = {
  'routing-controllers': routingControllers,
  'routing-controllers-cache': {
    ...library,
    onCacheEvent: (...args: Parameters<typeof library.onCacheEvent>) => {
      const stop = library.onCacheEvent(...args);
      stops.push(stop);
      return stop;
    },
  },
  'routing-controllers-cache/keyv': keyv,
  'routing-controllers-cache/openapi': openapi,
};

const run = (page: string, heading: string): Record<string, unknown> =>
  runModule(exampleUnder(`docs/recipes/${page}.md`, heading), PACKAGES);

/** Serves the app of a recipe. */
const serve = (page: string, heading: string): Promise<TestServer> => TestServer.start(run(page, heading).app as RequestListener);

async function outcomes(server: TestServer, path: string, ...callers: Readonly<Record<string, string>>[]): Promise<unknown[]> {
  const found = [];
  for (const headers of callers) found.push((await server.get(path, headers)).outcome);
  return found;
}

describe('the recipe', () => {
  it('of one response per user separates users', async () => {
    const server = await serve('variants', 'One response per user');
    const [ada, bob] = [{ authorization: 'ada@example.org' }, { authorization: 'bob@example.org' }];
    expect(await outcomes(server, '/inbox', ada, ada, bob, ada)).toEqual(['fwd=miss', 'hit', 'fwd=miss', 'hit']);
    expect((await server.get('/inbox', bob)).text).toContain('bob@example.org');
    expect((await server.get('/inbox')).status).toBe(401);
  });

  it('of one response per tenant separates tenants, and one invalidation reaches all', async () => {
    const server = await serve('variants', 'One response per tenant');
    const [one, two] = [{ host: 'one.example.org' }, { host: 'two.example.org' }];
    expect(await outcomes(server, '/products', one, one, two, two)).toEqual(['fwd=miss', 'hit', 'fwd=miss', 'hit']);
    expect((await server.get('/products', two)).text).toContain('two.example.org');
    await cache.invalidate('/products');
    expect(await outcomes(server, '/products', one, two)).toEqual(['fwd=miss', 'fwd=miss']);
  });

  it('of one response per language has one entry for each language, and names the header in Vary', async () => {
    const server = await serve('variants', 'One response per language');
    const accepting = (language: string) => ({ 'accept-language': language });
    expect(
      await outcomes(server, '/terms', accepting('de'), accepting('de-AT,de;q=0.9'), accepting('fr'), accepting('en,de;q=0.1')),
    ).toEqual(['fwd=miss', 'hit', 'fwd=miss', 'hit']);
    const { headers, text } = await server.get('/terms', accepting('de'));
    expect([headers.vary, text]).toEqual([
      expect.stringMatching(/accept-language/i) as string,
      expect.stringContaining('"de"') as string,
    ]);
  });

  it('of pages has one entry for each page, and a change reaches all of them', async () => {
    const server = await serve('variants', 'Pages of a list');
    const [first, second] = ['/articles?page=1', '/articles?page=2'];
    expect((await server.get(first)).text).toBe('["one","two"]');
    expect((await server.get(second)).text).toBe('["three"]');
    expect([await server.get(first), await server.get(second)].map(({ outcome }) => outcome)).toEqual(['hit', 'hit']);
    expect((await server.get('/articles')).outcome).toBe('fwd=miss');
    await server.send('/articles', { method: 'POST' });
    expect((await server.get(first)).text).toBe('["new","one"]');
    expect((await server.get(second)).text).toBe('["two","three"]');
  });

  it('of an OpenAPI document describes the headers that the server sends, and the targets of the change', async () => {
    // The decorated classes of other specs are unknown to it.
    routingControllers.getMetadataArgsStorage().reset();
    const { app, spec } = run('operations', 'The caching in an OpenAPI document');
    const server = await TestServer.start(app as RequestListener);
    const { headers } = await server.get('/plans');
    expect(spec).toMatchObject({
      paths: {
        '/plans/': {
          get: { responses: { 200: { headers: { 'Cache-Control': { example: headers['cache-control'] } } }, 304: {} } },
          post: { 'x-invalidates': { paths: ['/plans'], tags: [], isComplete: true } },
        },
      },
    });
    expect(headers['cache-control']).toBe('max-age=5');
  });

  it('of a 404 stores it for ten seconds, until the user is created', async () => {
    const time = holdTime();
    const server = await serve('requests', 'A 404 for a short time');
    const ask = async (path: string) => {
      const { status, outcome } = await server.get(path);
      return [status, outcome];
    };
    expect([await ask('/users/2'), await ask('/users/2')]).toEqual([
      [404, 'fwd=miss'],
      [404, 'hit'],
    ]);
    time.forwardSeconds(11);
    expect(await ask('/users/2')).toEqual([404, 'fwd=miss']);
    await server.put('/users/2');
    expect(await ask('/users/2')).toEqual([200, 'fwd=miss']);
    time.forwardSeconds(11);
    expect(await ask('/users/2')).toEqual([200, 'hit']);
  });

  it('of a search with POST runs the search once for equal searches, until its tag is invalidated', async () => {
    const server = await serve('requests', 'Search with POST');
    const search = async (body: object) => {
      const headers = { 'content-type': 'application/json' };
      return (await server.send('/search', { method: 'POST', headers, body: JSON.stringify(body) })).text;
    };
    expect(await search({ text: 'tea' })).toBe('{"found":"tea","runs":1}');
    expect(await search({ text: ' Tea', limit: 10 })).toBe('{"found":"tea","runs":1}');
    expect(await search({ text: 'tea', limit: 5 })).toContain('"runs":2');
    await cache.invalidateTags('search');
    expect(await search({ text: 'tea' })).toContain('"runs":3');
  });

  it('of warming fills the entries', async () => {
    const { app, warm } = run('requests', 'Warming') as {
      app: RequestListener;
      warm: (server: Server, paths: readonly string[]) => Promise<void>;
    };
    const server = await listening(app);
    await warm(server, ['/rates']);
    expect(cache.stats()).toMatchObject({ misses: 1, stores: 1 });
    await warm(server, ['/rates']);
    expect(cache.stats()).toMatchObject({ hits: 1, misses: 1 });
    server.close();
  });

  it('of a health endpoint answers with the counters, and whether the store is reachable', async () => {
    const server = await serve('operations', 'A health endpoint');
    const health = async () => JSON.parse((await server.get('/health')).text) as unknown;
    const counters = { hits: 0, misses: 0, errors: 0 };
    expect(await health()).toEqual({ isHealthy: true, cache: { isReachable: true, ...counters } });
    channel('routing-controllers-cache:breaker').publish({ state: 'open' });
    expect(await health()).toEqual({ isHealthy: true, cache: { isReachable: false, ...counters } });
  });

  it('of logging logs outcomes and faults', async () => {
    const { logCache } = run('operations', 'Logging') as { logCache: (logger: object) => void };
    const logged: unknown[] = [];
    logCache({
      debug: (fields: object) => logged.push(fields),
      warn: (fields: object) => logged.push(fields),
    });
    const server = await serve('requests', 'Warming');
    await server.get('/rates');
    expect(logged).toMatchObject([{ action: 'RatesController.list', outcome: 'miss' }]);
    await cache.set('large', 'x'.repeat(2 ** 21));
    expect(logged[1]).toMatchObject({ code: expect.stringMatching(/^CACHE_/) as string });
  });

  it('of a graceful shutdown waits for the request that runs, and then closes the cache', async () => {
    const { shutDown } = run('operations', 'Graceful shutdown') as { shutDown: (server: Server) => Promise<void> };
    const order: string[] = [];
    const body = new Readable({ read: () => undefined });
    const server = await listening((_request, response) => {
      body.pipe(response);
    });
    const { port } = server.address() as { port: number };
    const answered = fetch(`http://127.0.0.1:${port}`).then(response => response.text());
    await once(server, 'request');
    jest.spyOn(cache, 'close').mockImplementation(() => {
      order.push('cache');
      return Promise.resolve();
    });
    server.once('close', () => order.push('server'));
    const down = shutDown(server);
    expect(order).toEqual([]);
    body.push('whole');
    body.push(null);
    expect(await answered).toBe('whole');
    await down;
    expect(order).toEqual(['server', 'cache']);
  });

  it('of tests without a cache switches it off', async () => {
    const { switchCacheOff } = run('testing', 'Tests without a cache') as { switchCacheOff: () => Promise<void> };
    await switchCacheOff();
    const server = await serve('requests', 'Warming');
    expect(await outcomes(server, '/rates', {}, {})).toEqual(['fwd=bypass', 'fwd=bypass']);
  });

  it('of a store of your own stores responses in the adapter', async () => {
    const { adapter } = run('building', 'A store of your own') as { adapter: { rows: Map<string, unknown> } };
    const server = await serve('requests', 'Warming');
    expect(await outcomes(server, '/rates', {}, {})).toEqual(['fwd=miss', 'hit']);
    expect(adapter.rows.size).toBeGreaterThan(0);
    await cache.invalidate('/rates');
    expect(await outcomes(server, '/rates', {})).toEqual(['fwd=miss']);
  });
});

async function listening(listener: RequestListener): Promise<Server> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
