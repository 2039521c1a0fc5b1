import { request as httpRequest } from 'node:http';
import { RequestTrace } from '../../lib/events/request-trace.js';
import { cache, SimpleStore } from '../../lib/index.js';
import { Gate } from '../support/deferred.js';
import { startAfresh, until } from '../support/each.js';
import { recordEvents, unsubscribeAll } from '../support/recorded-events.js';
import { appOf, TestServer } from '../support/server.js';
import { holdTime } from '../support/time.js';
import { members, startEdge, withNewMembers } from '../edge/members-server.js';
import { behaviour, PagesController, UsersController } from './members-events.js';

startAfresh();
withNewMembers();
afterEach(() => {
  unsubscribeAll();
  Object.assign(behaviour, { unless: false, beforeStore: undefined, forced: false, gate: undefined });
});

const start = () => TestServer.ofControllers([UsersController, PagesController]);
const FRIENDS = '/users/bob/friends';

describe('an outcome', () => {
  it('is published once for a miss and a hit, with the request', async () => {
    const outcomes = recordEvents('outcome');
    const server = await start();
    await server.get(`${FRIENDS}?junk=1`);
    await server.get(FRIENDS);
    expect(outcomes).toEqual([
      {
        outcome: 'miss',
        action: 'UsersController.friends',
        method: 'GET',
        url: `${FRIENDS}?junk=1`,
        path: FRIENDS,
        reason: 'first requested, or evicted',
        durationMs: expect.any(Number) as number,
      },
      expect.objectContaining({ outcome: 'hit', url: FRIENDS, path: FRIENDS, reason: 'fresh for 60 s' }),
    ]);
    expect(outcomes.every(({ durationMs }) => durationMs > 0)).toBe(true);
  });

  it('has a duration from the look-up, and stored has one from the start of the computation', async () => {
    const [outcomes, stored] = [recordEvents('outcome'), recordEvents('stored')];
    let now = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => now);
    const gate = (behaviour.gate = new Gate());
    behaviour.beforeStore = () => (now += 1000);
    const server = await start();
    const answer = server.get(FRIENDS);
    const goOn = await gate.next();
    now += 50;
    goOn();
    await answer;
    expect(outcomes).toMatchObject([{ durationMs: 1050 }]);
    expect(stored).toMatchObject([{ durationMs: 50 }]);
  });

  it('is published once for each request', () => {
    const outcomes = recordEvents('outcome');
    const observed = new RequestTrace('Users.friends', 'GET', FRIENDS);
    observed.end('stale', 'expired, and refreshed meanwhile');
    observed.end('miss', undefined);
    expect(outcomes).toMatchObject([{ outcome: 'stale' }]);
  });

  it('has a reason for a response that never expires', async () => {
    const outcomes = recordEvents('outcome');
    const server = await start();
    await server.get('/users/bob/forever');
    await server.get('/users/bob/forever');
    expect(outcomes.at(-1)).toMatchObject({ outcome: 'hit', reason: 'fresh, and never expires' });
  });

  it('of each request is as many as the stats count', async () => {
    const outcomes = recordEvents('outcome');
    const server = await start();
    for (const path of [FRIENDS, '/pages/cookie', '/pages/missing', '/pages/broken', '/pages/filtered', '/pages/large?bytes=10'])
      for (const method of ['GET', 'GET', 'HEAD']) await server.send(path, { method });
    await until(() => outcomes.length >= 18);
    const { hits, misses } = cache.stats();
    expect(outcomes.filter(({ outcome }) => outcome === 'hit')).toHaveLength(hits);
    expect(outcomes.filter(({ outcome }) => outcome === 'miss')).toHaveLength(misses);
    expect(hits + misses).toBe(18);
    expect(outcomes).toHaveLength(18);
  });

  it('names the source of the invalidation, and the time since then', async () => {
    const time = holdTime();
    const outcomes = recordEvents('outcome');
    const server = await start();
    await server.get(FRIENDS);
    await server.get('/users/bobby/friends');
    await server.put('/users/bob/avatar?token=secret');
    time.forwardSeconds(3);
    await server.get(FRIENDS);
    await server.get('/users/bobby/friends');
    expect(outcomes.slice(2)).toMatchObject([
      { outcome: 'miss', reason: 'invalidated 3 s ago by PUT /users/bob/avatar' },
      { outcome: 'hit' },
    ]);
  });

  it('names the call of code, and follows the tags of a response', async () => {
    const time = holdTime();
    const outcomes = recordEvents('outcome');
    const server = await start();
    await server.get('/users/bob/tagged');
    await cache.invalidateTags('user:bob');
    time.forwardSeconds(2);
    await server.get('/users/bob/tagged');
    await cache.clear();
    await server.get('/users/bob/tagged');
    await cache.invalidate('/users');
    await server.get('/users/ann/tagged');
    expect(outcomes.map(({ reason }) => reason)).toEqual([
      'first requested, or evicted',
      'invalidated 2 s ago by cache.invalidateTags',
      'invalidated 0 s ago by cache.clear',
      'first requested since invalidated 0 s ago by cache.invalidate',
    ]);
  });

  it('names the expiry, and not an invalidation before the storage', async () => {
    const time = holdTime();
    const outcomes = recordEvents('outcome');
    const server = await start();
    await cache.invalidate('/users/bob');
    await server.get(FRIENDS);
    time.forwardSeconds(63);
    await server.get(FRIENDS);
    expect(outcomes.at(-1)).toMatchObject({ outcome: 'miss', reason: 'expired 3 s ago' });
  });

  it('names no invalidation from a time without subscribers', async () => {
    recordEvents('outcome');
    const server = await start();
    await server.get(FRIENDS);
    unsubscribeAll();
    await cache.invalidate('/users');
    const outcomes = recordEvents('outcome');
    await server.get(FRIENDS);
    expect(outcomes).toMatchObject([{ reason: 'first requested, or evicted' }]);
  });

  it('of an evicted entry names only certain facts', async () => {
    cache.configure({ maxBytes: 20_000, maxEntryBytes: 15_000 });
    const outcomes = recordEvents('outcome');
    const server = await start();
    for (const bytes of [10_000, 10_001, 10_000]) await server.get(`/pages/large?bytes=${bytes}`);
    expect(outcomes.at(-1)).toMatchObject({ outcome: 'miss', reason: 'evicted, or invalidated without a record' });
  });

  it('of forcedUpdate and unless names them', async () => {
    const outcomes = recordEvents('outcome');
    const server = await start();
    await server.get(FRIENDS);
    behaviour.forced = true;
    await server.get(FRIENDS);
    behaviour.unless = true;
    await server.get(FRIENDS);
    expect(outcomes.slice(1)).toMatchObject([
      { outcome: 'miss', reason: 'forcedUpdate', path: FRIENDS },
      { outcome: 'bypass', reason: 'unless', path: undefined },
    ]);
  });

  it('of a request that waited for another one is collapsed, and is published with the response', async () => {
    const outcomes = recordEvents('outcome');
    const gate = (behaviour.gate = new Gate());
    const server = await start();
    const looked = jest.spyOn(SimpleStore.prototype, 'lookup');
    const both = [server.get(FRIENDS), server.get(FRIENDS)];
    const goOn = await gate.next();
    await until(() => looked.mock.calls.length === 2);
    expect(outcomes).toEqual([]);
    goOn();
    await Promise.all(both);
    expect(outcomes.map(({ outcome }) => outcome).sort()).toEqual(['collapsed', 'miss']);
  });

  it('before Express is published once, by the edge or behind it', async () => {
    const outcomes = recordEvents('outcome');
    const server = await startEdge();
    for (let time = 0; time < 3; time++) await server.get('/members/bob?x=1');
    expect(members.entered).toBe(1);
    expect(outcomes).toMatchObject([
      { outcome: 'miss', url: '/members/bob?x=1', path: '/members/bob' },
      { outcome: 'hit', url: '/members/bob?x=1', path: '/members/bob', action: outcomes[0]!.action },
      { outcome: 'hit', method: 'GET', reason: expect.stringMatching(/^fresh/) as string },
    ]);
    expect(outcomes).toHaveLength(3);
  });
});

describe('the reason of a response that is not stored', () => {
  it.each([
    ['/pages/cookie', 'the response sets a cookie'],
    ['/pages/missing', 'the status 404 is not listed'],
    ['/pages/broken', 'the handler failed'],
  ])('is in the header and in the event, for the head of %s', async (path, why) => {
    const outcomes = recordEvents('outcome');
    const server = await start();
    const { headers } = await server.get(path);
    expect(headers['cache-status']).toBe(`routing-controllers-cache; fwd=miss; detail="not stored: ${why}"`);
    expect(outcomes).toMatchObject([{ outcome: 'miss', reason: `not stored: ${why}` }]);
    expect(outcomes).toHaveLength(1);
  });

  it('follows the Cache-Status of other caches', async () => {
    const app = appOf([PagesController]);
    const server = await TestServer.start((request, response) => {
      response.setHeader('Cache-Status', 'Origin; hit');
      app(request, response);
    });
    expect((await server.get('/pages/cookie')).headers['cache-status']).toBe(
      'Origin; hit, routing-controllers-cache; fwd=miss; detail="not stored: the response sets a cookie"',
    );
  });

  it('is in the header also without subscribers, and never with cacheStatus: false', async () => {
    const server = await start();
    expect((await server.get('/pages/cookie')).headers['cache-status']).toContain('not stored: the response sets a cookie');
    await cache.reset();
    cache.configure({ cacheStatus: false });
    expect((await server.get('/pages/cookie')).headers).not.toHaveProperty('cache-status');
  });

  it('is in the event only, if the reason follows after the head', async () => {
    cache.configure({ maxEntryBytes: 1000 });
    const outcomes = recordEvents('outcome');
    const server = await start();
    for (const path of ['/pages/filtered', '/pages/growing?bytes=2000'])
      expect((await server.get(path)).headers['cache-status']).toBe('routing-controllers-cache; fwd=miss');
    await server.send(FRIENDS, { method: 'HEAD' });
    await until(() => outcomes.length === 3);
    expect(outcomes.map(({ reason }) => reason)).toEqual([
      'not stored: responseFilter',
      'not stored: it is larger than maxEntryBytes',
      'not stored: a response to HEAD has no body to store',
    ]);
  });

  it('names an invalidation during the computation', async () => {
    const outcomes = recordEvents('outcome');
    const gate = (behaviour.gate = new Gate());
    const server = await start();
    const answer = server.get(FRIENDS);
    const goOn = await gate.next();
    await cache.invalidate('/users');
    goOn();
    await answer;
    await until(() => outcomes.length === 1);
    expect(outcomes).toMatchObject([{ outcome: 'miss', reason: 'not stored: it was invalidated while it was computed' }]);
  });

  it('names a client that left', async () => {
    const outcomes = recordEvents('outcome');
    const server = await start();
    const sent = httpRequest({ port: server.port, path: '/pages/endless', agent: false }, response => {
      response.once('data', () => sent.destroy());
    });
    sent.on('error', () => undefined).end();
    await until(() => outcomes.length === 1);
    expect(outcomes).toMatchObject([{ outcome: 'miss', reason: 'not stored: the client left' }]);
  });

  it('names a store that stores nothing', async () => {
    cache.configure({ store: 'null' });
    const outcomes = recordEvents('outcome');
    const server = await start();
    await server.get(FRIENDS);
    expect(outcomes).toMatchObject([{ reason: 'not stored: the store never holds anything' }]);
  });
});
