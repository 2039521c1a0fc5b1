import { get as httpGet } from 'node:http';
import compression from 'compression';
import express from 'express';
import { Get, JsonController, Param } from 'routing-controllers';
import { cache, Cached, CacheConfigError } from '../../lib/index.js';
import { cacheInspector, type CacheInspectorOptions, type Inspector } from '../../lib/inspector.js';
import { channels, publish } from '../../lib/events/channels.js';
import { processCache } from '../../lib/cache/process-cache.js';
import { NullStore } from '../../lib/stores/null-store.js';
import { holdTime } from '../support/time.js';
import { appOf, stopServers, TestServer, type Answer } from '../support/server.js';

@JsonController('/people')
class People {
  @Get('/:name')
  @Cached({ tags: ['people'], unless: ({ request }) => 'x-preview' in request.headers })
  one(@Param('name') name: string) {
    return { secret: `of ${name}` };
  }

  @Get('/:name/lasting')
  @Cached({ timeout: 0 })
  lasting(@Param('name') name: string) {
    return { name };
  }

  @Get('/:name/stale')
  @Cached({ timeout: 60, staleWhileRevalidate: 30 })
  stale(@Param('name') name: string) {
    return { name };
  }
}

let inspector: Inspector;

async function start(options: CacheInspectorOptions = { authorize: () => true }): Promise<TestServer> {
  inspector = cacheInspector(options);
  const app = express();
  app.use('/cache', inspector);
  app.use(appOf([People]));
  return TestServer.start(app);
}

function order(server: TestServer, headers: Record<string, string>, body = '{"prefix":"/people"}') {
  return server.send('/cache/invalidate', { method: 'POST', headers, body });
}

const TOKEN = 'a token of the spec';

const OWN = { 'content-type': 'application/json', 'x-cache-inspector': '1' };

interface Told {
  readonly nowMs: number;
  readonly actions: readonly unknown[];
  readonly requests: readonly { readonly outcome: string; readonly url: string; readonly atMs: number }[];
  readonly invalidations: readonly unknown[];
  readonly verified: readonly unknown[];
  readonly stats: unknown;
}

interface Listed {
  readonly nowMs: number;
  readonly entries: readonly { readonly path: string }[];
}

async function listed(server: TestServer): Promise<Listed> {
  return JSON.parse((await server.get('/cache/entries')).text) as Listed;
}

/** The beginning of the feed, as it is sent. */
function feedOf(server: TestServer, headers: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const asked = httpGet(`${server.base}/cache/events`, { headers }, response => {
      response.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        if (!/event: now\ndata: .*\n\n/.test(text)) return;
        asked.destroy();
        resolve(text);
      });
    });
    asked.on('error', reject);
  });
}

/** How things stand. */
async function snapshot(server: TestServer): Promise<Told> {
  return JSON.parse(/event: now\ndata: (.*)\n\n/.exec(await feedOf(server))![1]!) as Told;
}

afterEach(async () => {
  inspector.close();
  jest.restoreAllMocks();
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
    const names = Array.from(page.text.matchAll(/(?:src|href)="([^"#]+)"/g), ([, name]) => name!);
    expect(names).toHaveLength(7);
    for (const name of names) expect((await server.get(`/cache/${name}`)).status).toBe(200);
    expect((await server.get('/cache/', { 'if-none-match': page.headers.etag! })).status).toBe(304);
    expect((await server.get('/cache/../package.json')).status).toBe(404);
  });

  it('lists requests and invalidations, and entries without their bodies', async () => {
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
    const sent = await snapshot(server);
    expect(sent.requests.map(({ outcome }) => outcome)).toEqual(['hit', 'miss']);
    expect(sent.invalidations).toMatchObject([{ prefixes: ['/people'], removed: 1 }]);
    expect(sent.stats).toMatchObject({ hits: 1, misses: 1, entries: 0 });
  });

  it('serves all that its scripts import', async () => {
    const server = await start();
    const names = new Set(['page.js']);
    for (const name of names) {
      const { status, headers, text } = await server.get(`/cache/${name}`);
      expect([name, status, headers['content-type']]).toEqual([name, 200, 'text/javascript; charset=utf-8']);
      for (const [, imported] of text.matchAll(/from '\.\/([^']+)'/g)) names.add(imported!);
      // Each would make markup of a text.
      expect(text).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b/);
    }
    expect(names.size).toBe(7);
  });

  it('shows verified hits that were stale or unstable, the newest first', async () => {
    const time = holdTime();
    const server = await start();
    const event = { action: 'People.one', ageSeconds: 5, headers: [], hasAllSuspects: true } as const;
    const by = `PUT /people/${'x'.repeat(1000)}`;
    publish('verified', { ...event, path: '/people/ann', outcome: 'unstable', pointers: ['/a'], suspects: [] });
    publish('verified', { ...event, path: '/people/ann', outcome: 'same', pointers: [], suspects: [] });
    time.forwardSeconds(2);
    const suspects = [{ by, target: '/people/:name', secondsBefore: 3 }];
    publish('verified', { ...event, path: '/people/bob', outcome: 'stale', pointers: [''], suspects });
    const { verified, nowMs } = await snapshot(server);
    expect(verified).toEqual([
      {
        ...event,
        ...{ path: '/people/bob', outcome: 'stale', pointers: [''], atMs: nowMs },
        suspects: [{ by: by.slice(0, 300), target: '/people/:name', secondsBefore: 3 }],
      },
      { ...event, path: '/people/ann', outcome: 'unstable', pointers: ['/a'], suspects: [], atMs: nowMs - 2000 },
    ]);
  });

  it('hides the values of queries', async () => {
    const server = await start();
    await server.get('/people/bob?token=s3cret');
    const text = await feedOf(server);
    expect(text).toContain('/people/bob?token=…');
    expect(text).not.toContain('s3cret');
  });

  it('lists the hits and the latency of each action, without bypasses', async () => {
    const server = await start();
    await server.get('/people/bob');
    await server.get('/people/bob');
    await server.get('/people/bob', { 'x-preview': '1' });
    const ms = expect.any(Number) as number;
    const { actions } = await snapshot(server);
    expect(actions).toMatchObject([{ action: 'People.one', sample: { hits: 1, asked: 2, p50: ms, p95: ms } }]);
  });

  it('counts ages by the clock of the cache', async () => {
    const time = holdTime();
    const server = await start();
    await server.get('/people/bob');
    time.forwardSeconds(40);
    const { nowMs, requests } = await snapshot(server);
    expect(nowMs - requests[0]!.atMs).toBe(40_000);
    const { text } = await server.get('/cache/entries');
    expect(JSON.parse(text)).toMatchObject({ nowMs, entries: [{ storedAtMs: nowMs - 40_000 }] });
  });

  it('lists expired entries that may still be served, and entries that never expire', async () => {
    const time = holdTime();
    const server = await start();
    await server.get('/people/bob/lasting');
    await server.get('/people/bob/stale');
    time.forwardSeconds(70);
    const { nowMs, entries } = await listed(server);
    expect(entries).toMatchObject([
      { path: '/people/bob/stale', expiresAtMs: nowMs - 10_000, deleteAtMs: nowMs + 20_000 },
      { path: '/people/bob/lasting', expiresAtMs: null },
    ]);
  });

  it('uses nothing by listing it', async () => {
    const server = await start();
    await server.get('/people/bob');
    await server.get('/people/alice');
    const paths = async (): Promise<string[]> => (await listed(server)).entries.map(({ path }) => path);
    await server.get('/cache/entries?q=bob');
    expect(await paths()).toEqual(['/people/alice', '/people/bob']);
    await server.get('/people/bob');
    expect(await paths()).toEqual(['/people/bob', '/people/alice']);
  });

  it('reports that a store cannot list its entries', async () => {
    cache.configure({ store: new NullStore() });
    const { text } = await (await start()).get('/cache/entries');
    expect(JSON.parse(text)).toMatchObject({ isListable: false, entries: [] });
  });

  it('leaves the cache to be configured', () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    const early = cacheInspector({ authorize: () => true });
    jest.advanceTimersByTime(60_000);
    expect(processCache.current.currentOrUndefined()).toBeUndefined();
    early.close();
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
    inspector = cacheInspector({ authorize: () => true });
  });

  it('sends its feed through compression at once', async () => {
    inspector = cacheInspector({ authorize: () => true });
    const server = await TestServer.start(
      express()
        .use(compression({ threshold: 0 }))
        .use('/cache', inspector),
    );
    expect(await feedOf(server, { 'accept-encoding': 'gzip' })).toContain('event: past\n');
  });

  it('ends its subscriptions and its streams when it is closed', async () => {
    const server = await start();
    const ended = new Promise<void>((resolve, reject) => {
      httpGet(`${server.base}/cache/events`, response => {
        response.once('data', () => inspector.close());
        response.resume().on('end', resolve);
      }).on('error', reject);
    });
    await ended;
    expect((await server.get('/cache/events')).status).toBe(503);
    expect(channels.outcome.hasSubscribers).toBe(false);
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
  ])('refuses %s without authorize, with the remedy', async (_, headers) => {
    const answer = await (await start({ token: TOKEN })).get(`/cache/?token=${encodeURIComponent(TOKEN)}`, headers);
    expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('Pass cacheInspector({ authorize })')]);
  });

  describe('without authorize', () => {
    const cookieOf = (answer: Answer): string => answer.headers['set-cookie']![0]!.split(';')[0]!;

    it('prints a link with a token, and refuses each request without it', async () => {
      const written = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
      const server = await start({});
      const { link } = inspector;
      expect(link).toMatch(/^\?token=[\w-]{32}$/);
      expect(written.mock.calls.map(([text]) => String(text)).join('')).toContain(link);
      for (const path of [
        '/cache/',
        '/cache',
        '/cache/entries',
        '/cache/events',
        '/cache/page.js',
        '/cache/?token=',
        '/cache/?token=x',
      ])
        expect([path, (await server.get(path)).status]).toEqual([path, 403]);
      expect((await server.get('/cache/')).text).toContain('open the link with ?token=');
      expect((await order(server, OWN)).status).toBe(403);
    });

    it.each(['/cache/', '/cache'])(
      'remembers the client that has opened the link at %s, and removes the token from the address',
      async path => {
        const server = await start({ token: TOKEN, url: `http://localhost:3000${path}` });
        expect(inspector.link).toBe(`http://localhost:3000${path}?token=a%20token%20of%20the%20spec`);
        const answer = await server.get(`${path}${inspector.link!.slice(inspector.link!.indexOf('?'))}`);
        expect([answer.status, answer.headers.location]).toEqual([302, path.endsWith('/') ? './' : 'cache/']);
        expect(answer.headers['set-cookie']![0]).toMatch(/; Path=\/cache\/; Max-Age=86400; HttpOnly; SameSite=Strict$/);
        const cookie = cookieOf(answer);
        for (const seen of ['/cache/', '/cache/entries', '/cache/page.js'])
          expect((await server.get(seen, { cookie })).status).toBe(200);
        expect((await order(server, { ...OWN, cookie: `a=b; ${cookie}; c` })).status).toBe(204);
        expect((await server.get('/cache/', { cookie: `${cookie}x` })).status).toBe(403);
        expect((await server.get('/cache/', { cookie: `${cookie}%` })).status).toBe(403);
      },
    );

    it('answers a program that sends the token', async () => {
      const server = await start({ token: TOKEN.replaceAll(' ', '-') });
      expect((await server.get('/cache/entries', { authorization: `Bearer ${TOKEN.replaceAll(' ', '-')}` })).status).toBe(200);
      expect((await server.get('/cache/entries', { authorization: 'Bearer other' })).status).toBe(403);
    });

    it('does not print a token of the application', async () => {
      const written = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
      await start({ token: TOKEN });
      expect(written).not.toHaveBeenCalled();
    });
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

  it('refuses an invalid command', async () => {
    const server = await start();
    expect((await order(server, OWN, '{}')).status).toBe(400);
    expect((await order(server, OWN, '{"prefix":"people"}')).status).toBe(400);
    expect((await order(server, OWN, 'x'.repeat(20_000))).status).toBe(400);
  });

  it('refuses options that cannot work', () => {
    expect(() => cacheInspector({ authorize: true } as never)).toThrow(CacheConfigError);
    expect(() => cacheInspector({ token: 'short' })).toThrow('token must be a string of 16 characters or more');
    expect(() => cacheInspector({ url: '/cache' })).toThrow('url must be an http:// or https:// URL');
    expect(() => cacheInspector({ authorise: () => true } as never)).toThrow('there is no option authorise');
  });
});
